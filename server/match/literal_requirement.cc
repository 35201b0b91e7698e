#include "server/match/literal_requirement.h"

#include <string.h>

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "re2/filtered_re2.h"

namespace recourse {
namespace {

bool Contains(absl::string_view text, absl::string_view literal) {
  return memmem(text.data(), text.size(), literal.data(), literal.size()) !=
         nullptr;
}

// The longest run of characters in `atom` that FoldText treats as RE2's
// prefilter does; empty when none is long enough. Letters with case outside
// ASCII are left out: their lower case is RE2's own table.
std::string ScannablePart(const std::string& atom) {
  static const RE2* const kFixedCase =
      new RE2("([\\x00-\\x7F\\p{Lo}]+)", RE2::Quiet);
  re2::StringPiece rest(atom);
  re2::StringPiece run;
  re2::StringPiece longest;
  while (RE2::FindAndConsume(&rest, *kFixedCase, &run)) {
    if (run.size() > longest.size()) longest = run;
  }
  if (longest.size() < LiteralRequirement::kMinLiteralBytes) return "";
  return std::string(
      longest.substr(0, LiteralRequirement::kMaxLiteralBytes).as_string());
}

// The prefilter's formula of one regex over its scannable atoms.
class Formula {
 public:
  explicit Formula(const RE2& regex)
      : filter_(static_cast<int>(LiteralRequirement::kMinLiteralBytes)) {
    RE2::Options options;
    options.Copy(regex.options());
    options.set_log_errors(false);
    int id = 0;
    std::vector<std::string> atoms;
    if (filter_.Add(regex.pattern(), options, &id) == RE2::NoError) {
      filter_.Compile(&atoms);
    }
    for (size_t i = 0; i < atoms.size(); ++i) {
      std::string part = ScannablePart(atoms[i]);
      if (part.empty()) {
        taken_as_seen_.push_back(static_cast<int>(i));
      } else {
        ids_.push_back(static_cast<int>(i));
        literals_.push_back(std::move(part));
      }
    }
  }

  size_t size() const { return literals_.size(); }
  const std::string& literal(size_t atom) const { return literals_[atom]; }

  // May the regex match where just the atoms marked in `seen` stand?
  bool Holds(const std::vector<bool>& seen) const {
    std::vector<int> atoms = taken_as_seen_;
    for (size_t i = 0; i < seen.size(); ++i) {
      if (seen[i]) atoms.push_back(ids_[i]);
    }
    std::vector<int> potentials;
    filter_.AllPotentials(atoms, &potentials);
    return !potentials.empty();
  }

 private:
  re2::FilteredRE2 filter_;
  std::vector<int> ids_;
  std::vector<std::string> literals_;
  std::vector<int> taken_as_seen_;
};

// A smallest set of atoms that cannot all be missing. Atoms are given up in
// `order`, so that those at its end are likely to be in the set.
std::vector<size_t> MinimalCut(const Formula& formula,
                               const std::vector<size_t>& order) {
  std::vector<bool> seen(formula.size(), false);
  std::vector<size_t> cut;
  for (const size_t atom : order) {
    seen[atom] = true;
    if (formula.Holds(seen)) {
      seen[atom] = false;
      cut.push_back(atom);
    }
  }
  return cut;
}

LiteralRequirement::Clause ToClause(const Formula& formula,
                                    const std::vector<size_t>& cut) {
  LiteralRequirement::Clause clause;
  for (const size_t atom : cut) clause.push_back(formula.literal(atom));
  std::sort(clause.begin(), clause.end());
  clause.erase(std::unique(clause.begin(), clause.end()), clause.end());
  return clause;
}

}  // namespace

bool LiteralRequirement::MayMatch(absl::string_view folded_text) const {
  return std::all_of(clauses.begin(), clauses.end(), [&](const Clause& clause) {
    return std::any_of(clause.begin(), clause.end(),
                       [&](const std::string& literal) {
                         return Contains(folded_text, literal);
                       });
  });
}

LiteralRequirement LearnRequirement(const RE2& regex) {
  LiteralRequirement requirement;
  // Latin-1 atoms are no UTF-8, and never_nl drops characters of the text.
  if (regex.options().encoding() != RE2::Options::EncodingUTF8 ||
      regex.options().never_nl()) {
    return requirement;
  }
  const Formula formula(regex);
  if (formula.size() == 0 || formula.size() > LiteralRequirement::kMaxAtoms ||
      formula.Holds(std::vector<bool>(formula.size(), false))) {
    return requirement;
  }
  // Short literals are given up first: long ones are rarer in texts.
  std::vector<size_t> order(formula.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return formula.literal(a).size() < formula.literal(b).size();
  });
  std::vector<bool> covered(formula.size(), false);
  for (size_t tries = 0; tries < formula.size(); ++tries) {
    if (requirement.clauses.size() == LiteralRequirement::kMaxClauses) break;
    const size_t wanted = order.back();
    if (!covered[wanted]) {
      covered[wanted] = true;
      const std::vector<size_t> cut = MinimalCut(formula, order);
      for (const size_t atom : cut) covered[atom] = true;
      LiteralRequirement::Clause clause = ToClause(formula, cut);
      if (clause.size() <= LiteralRequirement::kMaxLiteralsPerClause &&
          std::find(requirement.clauses.begin(), requirement.clauses.end(),
                    clause) == requirement.clauses.end()) {
        requirement.clauses.push_back(std::move(clause));
      }
    }
    std::rotate(order.begin(), order.end() - 1, order.end());
  }
  return requirement;
}

}  // namespace recourse
