// An experiment as a picture.
#pragma once

#include <string>

#include "bench/drill/experiment.h"

namespace recourse::drill {

// Two panels over the time of the run: load ÷ capacity (logarithmic), and the
// share of the operations begun then that succeed in time. Ours is the thick
// line. Needs nothing but a browser.
std::string Svg(const Experiment& experiment);

}  // namespace recourse::drill
