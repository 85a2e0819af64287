#include "cli/workflow_log.h"

#include <fcntl.h>

#include <cstdlib>
#include <iostream>

#include "base/file_at.h"
#include "base/random_name.h"
#include "base/sink.h"

namespace cooper::cli {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

// `also`: characters to encode besides % and line ends.
std::string percent_encoded(std::string_view text, std::string_view also) {
  constexpr const char* kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (c != '%' && c != '\r' && c != '\n' && also.find(c) == std::string_view::npos) {
      out += c;
      continue;
    }
    const auto value = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[value >> 4U];
    out += kDigits[value & 15U];
  }
  return out;
}

}  // namespace

bool in_workflow() { return variable("GITHUB_ACTIONS") == "true"; }

std::string without_commands(std::string_view text) {
  std::string out;
  bool at_begin = true;  // of a line, blanks apart
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    if (at_begin && rest.starts_with("::")) {
      out += ": ";
      continue;
    }
    if (rest.starts_with("##[")) {
      out += "# ";
      at_begin = false;
      continue;
    }
    const char c = text[i];
    out += c;
    if (c == '\n' || c == '\r') {
      at_begin = true;
    } else if (c != ' ' && c != '\t') {
      at_begin = false;
    }
  }
  return out;
}

std::string safe_for_log(std::string_view text) {
  return in_workflow() ? without_commands(text) : std::string(text);
}

std::string escape_message(std::string_view text) { return percent_encoded(text, ""); }
std::string escape_property(std::string_view text) { return percent_encoded(text, ",:"); }

std::string group_line(std::string_view title) {
  return "::group::" + escape_message(title) + "\n";
}
std::string end_group_line() { return "::endgroup::\n"; }

std::string annotation(const base::Error& error, std::string_view title) {
  std::string line = "::error title=" + escape_property(title);
  if (error.spot() && !error.spot()->file.empty()) {
    line += ",file=" + escape_property(error.spot()->file);
    if (error.spot()->line > 0) line += ",line=" + std::to_string(error.spot()->line);
  }
  std::string message = error.what();
  if (!error.hint().empty()) message += "\nhint: " + base::printable(error.hint());
  return line + "::" + escape_message(message) + "\n";
}

std::string mask_line(std::string_view secret) {
  return "::add-mask::" + escape_message(secret) + "\n";
}

FencedGroup::FencedGroup(std::string_view title) {
  if (!in_workflow()) return;
  word_ = base::random_name();
  std::cerr << group_line(title) << "::stop-commands::" << word_ << "\n" << std::flush;
}

FencedGroup::~FencedGroup() {
  if (word_.empty()) return;
  std::cerr << "::" << word_ << "::\n" << end_group_line() << std::flush;
}

void add_to_summary(std::string_view markdown) {
  const std::string path = variable("GITHUB_STEP_SUMMARY");
  if (path.empty() || !in_workflow()) return;
  try {
    const base::Fd file = base::open_host(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
    base::write_all(file.get(), base::as_bytes(markdown), path);
  } catch (const base::Error& error) {
    std::cerr << safe_for_log(std::string("note: no job summary: ") + error.what() + "\n");
  }
}

}  // namespace cooper::cli
