#include "cli/plain_progress.h"

#include <cstdio>
#include <iostream>

#include "base/error.h"

namespace cooper::cli {
namespace {

constexpr std::size_t kLastLines = 20;

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

std::string seconds_text(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", seconds);
  return text;
}

}  // namespace

void PlainProgress::line(plan::StepId step, const std::string& text) {
  if (!quiet_) std::cerr << "#" + std::to_string(step + 1) + " " + base::printable(text) + "\n";
}

void PlainProgress::headline(plan::StepId step) { line(step, graph_->steps[step].label); }

std::string PlainProgress::elapsed(plan::StepId step) const {
  const auto found = started_.find(step);
  if (found == started_.end()) return "0.0";
  return seconds_text(std::chrono::duration<double>(Clock::now() - found->second).count());
}

void PlainProgress::on_plan(const plan::Plan& plan) {
  const std::lock_guard guard(mutex_);
  graph_ = &plan.graph;
  if (quiet_) return;
  for (const plan::Diagnostic& remark : plan.diagnostics) {
    std::cerr << "warning: " + base::printable(remark.rule + ": " + remark.message) + " (" +
                     base::printable(remark.file_name) + ":" + std::to_string(remark.where.first_line) + ")\n";
  }
  for (const std::string& name : plan.unused_build_args) {
    std::cerr << "warning: no stage declares the build argument '" + base::printable(name) + "'\n";
  }
}

void PlainProgress::on_event(const engine::Event& event) {
  const std::lock_guard guard(mutex_);
  std::visit(Overloaded{
                 [&](const engine::StepStarted& one) {
                   started_[one.step] = Clock::now();
                   headline(one.step);
                 },
                 [&](const engine::StepCached& one) {
                   headline(one.step);
                   line(one.step, "CACHED");
                 },
                 [&](const engine::StepWaiting& one) {
                   headline(one.step);
                   line(one.step, "waiting for another build that makes this step");
                 },
                 [&](const engine::StepOutput& one) {
                   auto& last = last_lines_[one.step];
                   last.push_back(one.line);
                   if (last.size() > kLastLines) last.pop_front();
                   line(one.step, elapsed(one.step) + " " + one.line);
                 },
                 [&](const engine::StepFinished& one) {
                   line(one.step, "DONE " + seconds_text(static_cast<double>(one.milliseconds) / 1000) + "s");
                   last_lines_.erase(one.step);
                 },
                 [&](const engine::StepFailed& one) {
                   line(one.step, "FAILED: " + one.message);
                   if (!quiet_) return;
                   for (const std::string& text : last_lines_[one.step]) std::cerr << "  " + base::printable(text) + "\n";
                 },
                 [&](const engine::Transfer& one) {
                   if (!quiet_ && one.done == 0) std::cerr << "fetching " + base::printable(one.what) + "\n";
                 },
                 [&](const engine::Remark& one) {
                   if (!quiet_) std::cerr << base::printable(one.text) + "\n";
                 },
             },
             event);
}

void PlainProgress::finish(bool) { std::cerr << std::flush; }

}  // namespace cooper::cli
