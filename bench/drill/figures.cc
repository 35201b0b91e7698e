#include "bench/drill/figures.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

namespace recourse::drill {
namespace {

constexpr size_t kPeakSeconds = 3;
// A window is as before when no more than a twentieth of its attempts are
// repeated ones or come late, and its operations succeed within a hundredth of
// what they did.
constexpr size_t kWindow = 5;
constexpr double kExtraLoad = 1.05;
constexpr double kLessSuccess = 0.01;

Second Sum(const RunRecord& run, size_t from, size_t to) {
  Second sum;
  for (size_t i = from; i < std::min(to, run.seconds.size()); ++i) {
    sum.begun += run.seconds[i].begun;
    sum.succeeded += run.seconds[i].succeeded;
    sum.load += run.seconds[i].load;
    sum.wasted += run.seconds[i].wasted;
  }
  return sum;
}

double Share(const Second& sum) {
  return sum.begun == 0 ? 1
                        : static_cast<double>(sum.succeeded) /
                              static_cast<double>(sum.begun);
}

double Peak(const Scenario& scenario, const RunRecord& run, size_t from) {
  int64_t most = 0;
  for (size_t i = from; i + kPeakSeconds <= run.seconds.size(); ++i) {
    most = std::max(most, Sum(run, i, i + kPeakSeconds).load);
  }
  return static_cast<double>(most) / kPeakSeconds / scenario.capacity();
}

double Drain(const RunRecord& run, size_t trouble, size_t back, size_t length) {
  const Second before = Sum(run, 0, trouble);
  const double extra =
      std::max(kExtraLoad * static_cast<double>(before.load) /
                   static_cast<double>(std::max<int64_t>(1, before.begun)),
               1.0);
  for (size_t i = length - kWindow;; --i) {
    const Second window = Sum(run, i, i + kWindow);
    const bool as_before = static_cast<double>(window.load) <=
                               extra * static_cast<double>(window.begun) &&
                           Share(window) >= Share(before) - kLessSuccess;
    if (!as_before) {
      return i + kWindow == length ? std::numeric_limits<double>::infinity()
                                   : static_cast<double>(i + 1 - back);
    }
    if (i <= back) return 0;
  }
}

}  // namespace

Figures Measure(const Scenario& scenario, const RunRecord& run) {
  const auto begin = static_cast<size_t>(scenario.trouble_begin() / kSecond);
  const auto back = static_cast<size_t>(scenario.trouble_end() / kSecond);
  const auto length = static_cast<size_t>(scenario.length / kSecond);
  Figures figures;
  const Second all = Sum(run, 0, run.seconds.size());
  figures.success_share = Share(all);
  figures.trouble_share = Share(Sum(run, begin, back));
  figures.wasted =
      static_cast<double>(Sum(run, begin, run.seconds.size()).wasted);
  figures.peak = Peak(scenario, run, back);
  figures.drain = Drain(run, begin, back, length);
  figures.mean_wait = ToSeconds(run.waited) /
                      static_cast<double>(std::max<int64_t>(1, all.succeeded));
  figures.questions = static_cast<double>(run.questions);
  return figures;
}

Figures Mean(const std::vector<Figures>& figures) {
  Figures mean;
  const auto n = static_cast<double>(figures.size());
  for (const Figures& one : figures) {
    mean.success_share += one.success_share / n;
    mean.trouble_share += one.trouble_share / n;
    mean.wasted += one.wasted / n;
    mean.peak += one.peak / n;
    mean.drain += one.drain / n;
    mean.mean_wait += one.mean_wait / n;
    mean.questions += one.questions / n;
  }
  return mean;
}

}  // namespace recourse::drill
