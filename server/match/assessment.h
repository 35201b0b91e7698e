// What a failure is and what helps first, by the tables of codes and words and
// by the learned words together.
#pragma once

#include "server/match/evidence.h"
#include "server/match/learned_words.h"
#include "server/model/enums.h"

namespace recourse {

struct Assessment {
  Category category = Category::kUnknown;
  double confidence = 0;  // Of the category, 0-1; 0 with kUnknown.
  Strategy strategy = Strategy::kNone;  // kNone exactly with kUnknown.
  bool contradicts = false;  // Another category than `said`, and clearly.
};

// `verdict` and `move`: what the tables say, and what helps first by them.
// Where the model has met too little of the text, they are the assessment.
// `said`: the category of the pattern that matches and yields; kUnspecified:
// there is none.
Assessment Assess(const Verdict& verdict, Strategy move, Category said,
                  const LearnedWords::Opinion& opinion,
                  const LearnedWords& model);

}  // namespace recourse
