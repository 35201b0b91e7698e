// What it costs to learn from an error that no pattern matched: of a form that
// is known, of a new form of a known group, and of a flood of texts that are
// all different; and the redaction before it, which is paid in any case.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/record/redaction.h"
#include "server/record/template_miner.h"

namespace recourse {
namespace {

constexpr int kTexts = 1 << 16;
constexpr size_t kGroups = 1000;

std::string LetterWord(unsigned number) {
  std::string word;
  for (int i = 0; i < 7; ++i, number = number / 13 + number * 7) {
    word.push_back("etaoinshrdlcu"[number % 13]);
  }
  return word;
}

std::string KnownForm(unsigned i) {
  return absl::StrCat(
      "workflow.errors.StageFailure: stage ", i % 17, " of run 7f3a2b1c9d", i,
      " could not write its output to /var/lib/runs/", i,
      "/out.bin after 3 attempts: quota of tenant 'acme-", i, "' is used up");
}

std::string NewForm(unsigned i) {
  return absl::StrCat("workflow.errors.StageFailure: stage ", LetterWord(i),
                      " could not write its output after 3 attempts: the "
                      "quota of its tenant is used up, as ",
                      LetterWord(i * 31), " has said");
}

std::string Different(unsigned i) {
  std::string text = "workflow.errors.StageFailure:";
  for (unsigned word = 1; word <= 12; ++word) {
    absl::StrAppend(&text, " ", LetterWord(i * 2654435761u + word * 40503u));
  }
  return text;
}

void Add(benchmark::State& state, std::string (*make)(unsigned)) {
  TemplateMiner miner(kGroups);
  std::vector<std::string> texts;
  for (unsigned i = 0; i < kTexts; ++i) texts.push_back(make(i));
  const Classification classification;
  const absl::Time now = absl::Now();
  // Full of groups before it is measured.
  for (unsigned i = 0; i < kGroups; ++i) {
    miner.Add("default", Different(i + kTexts), classification, now);
  }
  size_t next = 0;
  for (auto _ : state) {
    miner.Add("default", texts[next++ % kTexts], classification, now);
  }
}
BENCHMARK_CAPTURE(Add, known_form, KnownForm);
BENCHMARK_CAPTURE(Add, new_form, NewForm);
BENCHMARK_CAPTURE(Add, all_different, Different);

void Redact(benchmark::State& state) {
  const auto redactor = Redactor::Create({});
  Failure failure;
  failure.exception_type = "workflow.errors.StageFailure";
  size_t next = 0;
  for (auto _ : state) {
    failure.message = KnownForm(next++);
    benchmark::DoNotOptimize((*redactor)->Redact(failure));
  }
}
BENCHMARK(Redact);

}  // namespace
}  // namespace recourse
