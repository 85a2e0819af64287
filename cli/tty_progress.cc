#include "cli/tty_progress.h"

#include <algorithm>

#include "base/error.h"
#include "cli/build_summary.h"
#include "cli/overloaded.h"
#include "cli/terminal_text.h"

namespace cooper::cli {
namespace {

constexpr const char* kDim = "\x1b[2m";
constexpr const char* kBold = "\x1b[1m";
constexpr const char* kRed = "\x1b[31m";
constexpr const char* kGreen = "\x1b[32m";
constexpr const char* kYellow = "\x1b[33m";
constexpr const char* kCyan = "\x1b[36m";
constexpr std::size_t kWordColumns = 8;

std::string padded(const std::string& word) {
  return word.size() < kWordColumns ? std::string(kWordColumns - word.size(), ' ') + word : word;
}

}  // namespace

TtyProgress::TtyProgress(ProgressOptions options)
    : options_(std::move(options)), begun_(options_.now()) {
  if (!options_.ticks) return;
  ticker_ = std::jthread([this](const std::stop_token& stop) {
    std::mutex idle;
    std::unique_lock guard(idle);
    while (!stop.stop_requested()) {
      changed_.wait_for(guard, stop, kRedrawEvery, [] { return false; });
      tick();
    }
  });
}

TtyProgress::~TtyProgress() = default;

std::string TtyProgress::painted(const char* colour, const std::string& text) const {
  return options_.colour ? colour + text + "\x1b[0m" : text;
}

void TtyProgress::scroll(const char* colour, const std::string& word, const std::string& text) {
  const std::size_t columns = options_.terminal_size().columns;
  const std::size_t room = columns > kWordColumns + 3 ? columns - kWordColumns - 3 : 1;
  scrolled_ += painted(colour, padded(word)) + "  " + cut_to_columns(text, room) + "\n";
}

void TtyProgress::on_plan(const plan::Plan& plan) {
  const std::lock_guard guard(mutex_);
  board_.set_plan(plan);
}

void TtyProgress::transfer(const engine::Transfer& one) {
  if (one.done < one.total) {
    transfers_[one.what] = one;
    return;
  }
  transfers_.erase(one.what);
  scroll(kGreen, "sent", base::printable(one.what) + "  " + size_text(one.total));
}

void TtyProgress::take(const engine::Event& event) {
  std::visit(
      Overloaded{
          [&](const engine::StepStarted& one) {
            if (board_.first_run(one.step))
              scroll(kDim, "info", "isolation: " + options_.isolation);
            board_.start(one.step, options_.now());
            if (const std::string why = why_rebuilt(one); !why.empty())
              scroll(kYellow, "rebuilt",
                     board_.step(one.step).short_name + " " + base::printable(why));
          },
          [&](const engine::StepCached& one) {
            board_.cached(one.step);
            scroll(kCyan, "cached", board_.step(one.step).label);
          },
          [&](const engine::StepWaiting& one) { board_.wait(one.step, options_.now()); },
          [&](const engine::StepOutput& one) { board_.add_line(one.step, one.line); },
          [&](const engine::StepFinished& one) {
            board_.finish(one.step);
            scroll(kGreen, seconds_text(static_cast<double>(one.milliseconds) / 1000),
                   board_.step(one.step).label);
          },
          [&](const engine::StepFailed& one) {
            board_.fail(one.step, one.message);
            scroll(kRed, "failed", board_.step(one.step).label);
          },
          [&](const engine::StepCancelled& one) {
            board_.cancel(one.step);
            scroll(kDim, "cancelled", board_.step(one.step).label);
          },
          [&](const engine::Transfer& one) { transfer(one); },
          [&](const engine::Remark& one) { scroll(kDim, "info", base::printable(one.text)); },
      },
      event);
}

void TtyProgress::on_event(const engine::Event& event) {
  {
    const std::lock_guard guard(mutex_);
    take(event);
  }
  tick();
}

void TtyProgress::tick() {
  const std::lock_guard guard(mutex_);
  if (over_ || options_.now() - drawn_ < kRedrawEvery) return;
  draw();
}

std::vector<std::string> TtyProgress::table() const {
  const TerminalSize size = options_.terminal_size();
  const std::size_t columns = std::max<std::size_t>(size.columns, 20) - 1;
  const std::size_t rows = std::max<std::size_t>(size.rows, 5) - 2;
  const auto now = options_.now();
  std::vector<std::string> lines;
  const double seconds = std::chrono::duration<double>(now - begun_).count();
  std::string head = "building " + seconds_text(seconds) + "  " + std::to_string(board_.done()) +
                     "/" + std::to_string(board_.total()) + " steps, " +
                     std::to_string(board_.cached_count()) + " cached";
  lines.push_back(painted(kBold, cut_to_columns(head, columns)));
  std::size_t left_out = 0;
  for (const auto& [id, step] : board_.running()) {
    if (lines.size() + 2 > rows) {
      ++left_out;
      continue;
    }
    const std::string time = padded(seconds_text(board_.seconds_of(id, now)));
    lines.push_back(cut_to_columns(time + "  " + board_.step(id).label, columns));
    std::string last = step.last_lines.empty() ? "" : step.last_lines.back();
    if (step.waiting) last = "waiting: the same step is being made already";
    if (!last.empty())
      lines.push_back(
          painted(kDim, cut_to_columns(std::string(kWordColumns + 4, ' ') + last, columns)));
  }
  for (const auto& [what, one] : transfers_) {
    if (lines.size() + 1 > rows) break;
    lines.push_back(cut_to_columns(padded("transfer") + "  " + base::printable(what) + "  " +
                                       size_text(one.done) + " of " + size_text(one.total),
                                   columns));
  }
  if (left_out > 0) lines.push_back("and " + std::to_string(left_out) + " more");
  return lines;
}

void TtyProgress::erase_table(std::string& out) const {
  if (table_lines_ > 0) out += "\x1b[" + std::to_string(table_lines_) + "A";
  out += "\r\x1b[J";
}

void TtyProgress::draw() {
  std::string out;
  erase_table(out);
  out += scrolled_;
  scrolled_.clear();
  const std::vector<std::string> lines = table();
  for (const std::string& line : lines) out += line + "\n";
  table_lines_ = lines.size();
  drawn_ = options_.now();
  options_.write(out);
}

void TtyProgress::add_failure(std::string& out) const {
  if (!board_.failure() || board_.failure()->last_lines.empty()) return;
  out += "last lines of " + board_.step(board_.failure()->step).label + ":\n";
  for (const std::string& line : board_.failure()->last_lines) out += "  | " + line + "\n";
}

void TtyProgress::finish(const BuildEnd& end) {
  ticker_.request_stop();
  const std::lock_guard guard(mutex_);
  over_ = true;
  std::string out;
  erase_table(out);
  out += scrolled_;
  scrolled_.clear();
  table_lines_ = 0;
  for (const std::string& warning : board_.warnings()) out += painted(kYellow, warning) + "\n";
  if (end.report == nullptr) {
    add_failure(out);
  } else {
    const double seconds = std::chrono::duration<double>(options_.now() - begun_).count();
    for (const std::string& line : summary_lines(*end.report, seconds)) out += line + "\n";
    if (!end.time_use.empty()) out += painted(kDim, end.time_use) + "\n";
  }
  options_.write(out);
}

}  // namespace cooper::cli
