#include "cli/step_board.h"

#include "base/error.h"

namespace cooper::cli {
namespace {

std::string short_name_of(const std::string& label) {
  const std::size_t end = label.find(']');
  return label.starts_with('[') && end != std::string::npos ? label.substr(0, end + 1) : label;
}

}  // namespace

std::string why_rebuilt(const engine::StepStarted& started) {
  if (started.changes.empty() || started.changes.front().kind == cache::ChangeKind::first)
    return "";
  return cache::summary(started.changes);
}

std::vector<std::string> warning_lines(const plan::Plan& plan) {
  std::vector<std::string> lines;
  std::set<std::string> seen;
  const auto add = [&](const std::string& line) {
    if (seen.insert(line).second) lines.push_back(line);
  };
  for (const plan::Diagnostic& remark : plan.diagnostics) {
    std::string line = "warning: " + base::printable(remark.rule + ": " + remark.message);
    line += " (" + base::printable(remark.file_name);
    if (remark.where.first_line > 0) line += ":" + std::to_string(remark.where.first_line);
    add(line + ")");
  }
  for (const std::string& name : plan.unused_build_args) {
    add("warning: no stage declares the build argument '" + base::printable(name) + "'");
  }
  return lines;
}

void StepBoard::set_plan(const plan::Plan& plan) {
  for (const plan::Step& step : plan.graph.steps) {
    const std::string label = base::printable(step.label);
    steps_.push_back({label, short_name_of(label), std::holds_alternative<plan::RunOp>(step.op),
                      step.parent.has_value()});
    if (step.parent) ++total_;
  }
  warnings_ = warning_lines(plan);
}

void StepBoard::start(plan::StepId step, ProgressClock::time_point now) {
  running_[step] = {now, {}, false};
}

void StepBoard::wait(plan::StepId step, ProgressClock::time_point now) {
  running_[step] = {now, {}, true};
}

void StepBoard::add_line(plan::StepId step, const std::string& line) {
  auto& lines = running_[step].last_lines;
  lines.push_back(base::printable(line));
  if (lines.size() > kLastLines) lines.pop_front();
}

void StepBoard::cached(plan::StepId step) {
  running_.erase(step);
  ++done_;
  ++cached_;
}

void StepBoard::finish(plan::StepId step) {
  running_.erase(step);
  ++done_;
}

void StepBoard::fail(plan::StepId step, const std::string& message) {
  failure_ = Failure{step, base::printable(message), {}};
  const auto found = running_.find(step);
  if (found == running_.end()) return;
  failure_->last_lines = std::move(found->second.last_lines);
  running_.erase(found);
}

const BoardStep& StepBoard::step(plan::StepId step) const {
  static const BoardStep kUnknown{"step", "step", false, true};
  return step < steps_.size() ? steps_[step] : kUnknown;
}

double StepBoard::seconds_of(plan::StepId step, ProgressClock::time_point now) const {
  const auto found = running_.find(step);
  if (found == running_.end()) return 0;
  return std::chrono::duration<double>(now - found->second.started).count();
}

bool StepBoard::first_run(plan::StepId step) {
  if (ran_ || !this->step(step).runs) return false;
  ran_ = true;
  return true;
}

}  // namespace cooper::cli
