// The log of a job of GitHub or Gitea Actions (GITHUB_ACTIONS=true): groups, annotations, masks,
// the job's summary; and a fence around text of others, so that it cannot issue workflow commands.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace cooper::cli {

// Whether this process is a step of such a job.
[[nodiscard]] bool in_workflow();

// Text whose lines no runner reads as a command: "::" at the beginning of a line and "##[" anywhere
// are torn apart.
[[nodiscard]] std::string without_commands(std::string_view text);
// The same in a job, else the text as it is.
[[nodiscard]] std::string safe_for_log(std::string_view text);

// Percent-encoding of what follows "::", and of its properties.
[[nodiscard]] std::string escape_message(std::string_view text);
[[nodiscard]] std::string escape_property(std::string_view text);

[[nodiscard]] std::string group_line(std::string_view title);  // "::group::TITLE\n"
[[nodiscard]] std::string end_group_line();
// "::error title=T,file=F,line=N::MESSAGE\n"
[[nodiscard]] std::string annotation(const base::Error& error, std::string_view title);
[[nodiscard]] std::string mask_line(std::string_view secret);

// A title above what is printed until the end of its life; within, the runner reads no commands at
// all ("stop-commands" with a word that nobody else knows). Does nothing outside of a job.
class FencedGroup {
 public:
  explicit FencedGroup(std::string_view title);
  FencedGroup(const FencedGroup&) = delete;
  FencedGroup& operator=(const FencedGroup&) = delete;
  ~FencedGroup();

 private:
  std::string word_;  // empty: not in a job
};

// Appends Markdown to the job's summary, if there is one. A summary that cannot be written is told
// on stderr, no more.
void add_to_summary(std::string_view markdown);

}  // namespace cooper::cli
