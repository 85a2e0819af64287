#include "builder/plan/step_label.h"

#include "builder/plan/text.h"

namespace cooper::plan {

namespace {

std::string trimmed(const std::string& text) {
  constexpr const char* kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// Blanks in a row are one: continuation lines are indented.
std::string squeezed(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t';
    if (blank && !out.empty() && out.back() == ' ') continue;
    out += blank ? ' ' : c;
  }
  return out;
}

// The first line of a here-document, "..." when there is more.
std::string summary(const std::string& body) {
  const std::string text = trimmed(body);
  const std::size_t end = text.find('\n');
  if (end == std::string::npos) return text;
  return trimmed(text.substr(0, end)) + "...";
}

}  // namespace

std::string StepLabel::next(const std::string& text, bool triggered) {
  ++index_;
  const std::string total = std::to_string(total_);
  std::string index = std::to_string(index_);
  if (index.size() < total.size()) index.insert(0, total.size() - index.size(), ' ');
  std::string out = "[";
  if (!stage_.empty()) out += stage_ + " ";
  out += index + "/" + total + "] ";
  if (triggered) out += "ONBUILD ";
  return out + text;
}

std::string instruction_text(const dockerfile::Instruction& instruction) {
  const std::string text = squeezed(trimmed(instruction.original));
  const std::size_t blank = text.find(' ');
  std::string out = upper_case(std::string_view(text).substr(0, blank));
  if (blank != std::string::npos) out += text.substr(blank);
  const auto* run = std::get_if<dockerfile::Run>(&instruction.payload);
  if (run != nullptr && run->heredocs.size() == 1) {
    out += " (" + summary(run->heredocs.front().body) + ")";
  }
  return out;
}

bool makes_step(const dockerfile::Instruction& instruction) {
  return std::holds_alternative<dockerfile::Run>(instruction.payload) ||
         std::holds_alternative<dockerfile::Copy>(instruction.payload) ||
         std::holds_alternative<dockerfile::Workdir>(instruction.payload);
}

}  // namespace cooper::plan
