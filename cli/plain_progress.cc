#include "cli/plain_progress.h"

#include <cstdio>

#include "base/error.h"
#include "cli/build_summary.h"
#include "cli/overloaded.h"

namespace cooper::cli {

PlainProgress::PlainProgress(ProgressOptions options, bool quiet)
    : options_(std::move(options)), quiet_(quiet), begun_(options_.now()) {}

void PlainProgress::say(const std::string& text) {
  if (quiet_) return;
  options_.write(text + "\n");
  ++lines_;
}

void PlainProgress::say(plan::StepId step, const std::string& text) {
  say("#" + std::to_string(step + 1) + " " + board_.step(step).short_name + " " + text);
}

void PlainProgress::headline(plan::StepId step, const std::string& why) {
  say("#" + std::to_string(step + 1) + " " + board_.step(step).label +
      (why.empty() ? "" : "  (rebuilt: " + base::printable(why) + ")"));
}

void PlainProgress::on_plan(const plan::Plan& plan) {
  const std::lock_guard guard(mutex_);
  board_.set_plan(plan);
  for (const std::string& warning : board_.warnings()) say(warning);
}

void PlainProgress::output(const engine::StepOutput& line) {
  board_.add_line(line.step, line.line);
  char time[32];
  std::snprintf(time, sizeof time, "%.1f ", board_.seconds_of(line.step, options_.now()));
  say(line.step, time + base::printable(line.line));
  auto& at = at_[line.step];
  at.push_back(lines_);
  if (at.size() > StepBoard::kLastLines) at.pop_front();
}

void PlainProgress::transfer(const engine::Transfer& one) {
  if (one.done == 0) say("transfer " + base::printable(one.what) + ": " + size_text(one.total));
}

void PlainProgress::on_event(const engine::Event& event) {
  const std::lock_guard guard(mutex_);
  std::visit(
      Overloaded{
          [&](const engine::StepStarted& one) {
            if (board_.first_run(one.step)) say("isolation: " + options_.isolation);
            board_.start(one.step, options_.now());
            headline(one.step, why_rebuilt(one));
          },
          [&](const engine::StepCached& one) {
            board_.cached(one.step);
            say("#" + std::to_string(one.step + 1) + " CACHED " + board_.step(one.step).label);
          },
          [&](const engine::StepWaiting& one) {
            board_.wait(one.step, options_.now());
            headline(one.step);
            say(one.step, "waiting: the same step is being made already");
          },
          [&](const engine::StepOutput& one) { output(one); },
          [&](const engine::StepFinished& one) {
            board_.finish(one.step);
            at_.erase(one.step);
            say(one.step, "DONE " + seconds_text(static_cast<double>(one.milliseconds) / 1000));
          },
          [&](const engine::StepFailed& one) {
            const double seconds = board_.seconds_of(one.step, options_.now());
            board_.fail(one.step, one.message);
            const std::uint64_t before = lines_;
            say(one.step, "FAILED after " + seconds_text(seconds));
            failure_gap_ = lines_ - before;
          },
          [&](const engine::StepCancelled& one) {
            board_.cancel(one.step);
            at_.erase(one.step);
            say(one.step, "CANCELLED");
          },
          [&](const engine::Transfer& one) { transfer(one); },
          [&](const engine::Remark& one) { say(base::printable(one.text)); },
      },
      event);
}

bool PlainProgress::just_said() const {
  const auto found = at_.find(board_.failure()->step);
  if (quiet_ || found == at_.end() || found->second.empty()) return false;
  const auto& at = found->second;
  return at.back() - at.front() + 1 == at.size() && lines_ - at.back() == failure_gap_;
}

void PlainProgress::show_failure() {
  const StepBoard::Failure& failure = *board_.failure();
  if (failure.last_lines.empty() || just_said()) return;
  std::string text = "last lines of " + board_.step(failure.step).label + ":\n";
  for (const std::string& line : failure.last_lines) text += "  | " + line + "\n";
  options_.write(text);
}

void PlainProgress::finish(const BuildEnd& end) {
  const std::lock_guard guard(mutex_);
  if (board_.failure() && end.report == nullptr) show_failure();
  if (end.report == nullptr) return;
  const double seconds = std::chrono::duration<double>(options_.now() - begun_).count();
  for (const std::string& line : summary_lines(*end.report, seconds)) say(line);
  if (!end.time_use.empty()) say(end.time_use);
}

}  // namespace cooper::cli
