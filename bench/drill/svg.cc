#include "bench/drill/svg.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace recourse::drill {
namespace {

constexpr double kWidth = 960;
constexpr double kLeft = 70;
constexpr double kRight = 780;  // Beyond it is the legend.
constexpr double kPanelHeight = 240;
constexpr double kTop = 60;
constexpr double kGap = 50;
constexpr size_t kBin = 2;  // Seconds of a point.

// Readable on white, and apart from one another for the colour-blind too
// (after Okabe and Ito); ours is the last.
constexpr std::array<const char*, 11> kColours = {
    "#999999", "#e69f00", "#56b4e9", "#009e73", "#8c564b", "#bcbd22",
    "#cc79a7", "#d55e00", "#7b4fb5", "#2f4f4f", "#1f77b4"};
constexpr const char* kOurColour = "#0033cc";

// A panel's axes: where a time and a value are.
struct Panel {
  double top;
  double length;  // Seconds.
  double low;
  double high;
  bool logarithmic;

  double X(double seconds) const {
    return kLeft + (kRight - kLeft) * seconds / length;
  }
  double Y(double value) const {
    const double clamped = std::clamp(value, low, high);
    const double share = logarithmic
                             ? std::log(clamped / low) / std::log(high / low)
                             : (clamped - low) / (high - low);
    return top + kPanelHeight * (1 - share);
  }
};

std::string Text(double x, double y, const std::string& text,
                 const char* attributes = "") {
  return absl::StrFormat("<text x=\"%.1f\" y=\"%.1f\" %s>%s</text>\n", x, y,
                         attributes, text);
}

std::string Line(double x1, double y1, double x2, double y2,
                 const char* attributes) {
  return absl::StrFormat(
      "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n", x1, y1,
      x2, y2, attributes);
}

std::string Frame(const Panel& panel, const std::string& title,
                  const std::vector<double>& values, const char* unit) {
  std::string svg = Text(kLeft, panel.top - 10, title, "font-weight=\"bold\"");
  for (const double value : values) {
    const double y = panel.Y(value);
    absl::StrAppend(&svg, Line(kLeft, y, kRight, y, "stroke=\"#ddd\""),
                    Text(kLeft - 8, y + 4, absl::StrFormat("%g%s", value, unit),
                         "text-anchor=\"end\""));
  }
  const double bottom = panel.top + kPanelHeight;
  for (double second = 0; second <= panel.length; second += 30) {
    const double x = panel.X(second);
    absl::StrAppend(&svg, Line(x, bottom, x, bottom + 5, "stroke=\"#333\""),
                    Text(x, bottom + 19, absl::StrFormat("%g", second),
                         "text-anchor=\"middle\""));
  }
  absl::StrAppend(&svg, Line(kLeft, bottom, kRight, bottom, "stroke=\"#333\""),
                  Line(kLeft, panel.top, kLeft, bottom, "stroke=\"#333\""),
                  Text(kRight + 8, bottom + 19, "seconds"));
  return svg;
}

std::string Shade(const Panel& panel, Nanos begin, Nanos end) {
  if (end <= begin) return "";
  const double from = panel.X(ToSeconds(begin));
  return absl::StrFormat(
      "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
      "fill=\"#fbe9e7\"/>\n",
      from, panel.top, panel.X(ToSeconds(end)) - from, kPanelHeight);
}

std::string Shades(const Panel& panel, const Scenario& scenario) {
  std::string svg;
  for (const Trouble& trouble : scenario.troubles) {
    svg += Shade(panel, trouble.begin, trouble.end);
  }
  if (scenario.quota) {
    svg += Shade(panel, scenario.quota->begin, scenario.quota->end);
  }
  if (scenario.broken_caller >= 0) {
    svg += Shade(panel, scenario.own_trouble.begin, scenario.own_trouble.end);
  }
  return svg;
}

std::string Stroke(const Row& row, size_t place) {
  return absl::StrFormat(
      "stroke=\"%s\" stroke-width=\"%s\" fill=\"none\" "
      "stroke-linejoin=\"round\"",
      row.is_ours ? kOurColour : kColours[place % kColours.size()],
      row.is_ours ? "3" : "1.4");
}

std::string Curve(const Panel& panel, const std::vector<double>& values,
                  double factor, const std::string& stroke) {
  std::string points;
  for (size_t i = 0; i + kBin <= values.size(); i += kBin) {
    double sum = 0;
    for (size_t k = 0; k < kBin; ++k) sum += values[i + k];
    absl::StrAppend(
        &points, absl::StrFormat("%.1f,%.1f ",
                                 panel.X(static_cast<double>(i) + kBin / 2.0),
                                 panel.Y(factor * sum / kBin)));
  }
  return absl::StrCat("<polyline points=\"", points, "\" ", stroke, "/>\n");
}

std::string Legend(const std::vector<Row>& rows) {
  std::string svg;
  double y = kTop + 10;
  for (size_t i = 0; i < rows.size(); ++i, y += 22) {
    absl::StrAppend(
        &svg, Line(kRight + 20, y, kRight + 46, y, Stroke(rows[i], i).c_str()),
        Text(kRight + 54, y + 4, rows[i].policy,
             rows[i].is_ours ? "font-weight=\"bold\"" : ""));
  }
  return svg;
}

}  // namespace

std::string Svg(const Experiment& experiment) {
  const Scenario& scenario = experiment.scenario;
  const double length = ToSeconds(scenario.length);
  const Panel load{kTop + 10, length, 0.001, 100, true};
  const Panel success{load.top + kPanelHeight + kGap + 20, length, 0, 100,
                      false};
  const double height = success.top + kPanelHeight + 40;
  std::string svg = absl::StrFormat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %g %g\" "
      "font-family=\"sans-serif\" font-size=\"12\" fill=\"#222\">\n"
      "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
      kWidth, height);
  absl::StrAppend(
      &svg,
      Text(kLeft, 26,
           absl::StrCat(scenario.title, ", ", scenario.callers, " callers"),
           "font-size=\"16\" font-weight=\"bold\""),
      Shades(load, scenario), Shades(success, scenario),
      Frame(load, "Attempts that reach the target ÷ its capacity",
            {0.001, 0.01, 0.1, 1, 10, 100}, "x"),
      Frame(success, "Operations that succeed in time, by when they began",
            {0, 25, 50, 75, 100}, " %"),
      Line(kLeft, load.Y(1), kRight, load.Y(1),
           "stroke=\"#c62828\" stroke-dasharray=\"5 4\""));
  for (size_t i = 0; i < experiment.rows.size(); ++i) {
    const Row& row = experiment.rows[i];
    absl::StrAppend(&svg, Curve(load, row.load, 1, Stroke(row, i)),
                    Curve(success, row.success, 100, Stroke(row, i)));
  }
  absl::StrAppend(&svg, Legend(experiment.rows), "</svg>\n");
  return svg;
}

}  // namespace recourse::drill
