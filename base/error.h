// The one exception type of cooper: facts about what failed, made into text once, at the edge.
//
// An Error says what was being done, to which thing, and why it failed; optionally what cures it
// and where in a source file it was asked for. Throw it for what ends the build; return what a
// caller expects (absent, miss).
#pragma once

#include <exception>
#include <optional>
#include <string>
#include <string_view>

namespace cooper::base {

// What kind of failure this is; cli/ maps it to an exit code and tests match on it.
enum class ErrorKind {
  failure,      // anything that has no kind of its own
  usage,        // wrong arguments or a wrong input file of the user
  unsupported,  // understood, but refused because cooper does not do it
  not_found,    // a thing that must exist is absent
  corrupt,      // bytes do not have the digest, size or form they must have
  limit,        // an input is larger than its documented limit
  system,       // the operating system refused (see system_error_of)
  network,      // a transfer failed or timed out
  denied,       // a registry or the system refused permission
  step_failed,  // a RUN step exited non-zero
  cancelled,    // the user or a sibling's failure stopped it
};

// A place in a text file; line and column count from 1, 0 means unknown. `line_text` is the
// physical line.
struct SourceSpot {
  std::string file;
  int line = 0;
  int column = 0;
  int length = 1;  // characters the caret line underlines
  std::string line_text;
};

class Error : public std::exception {
 public:
  // `doing` is a verb phrase ("open", "pull layer"), `thing` its object (quoted in the text, may be
  // empty).
  Error(ErrorKind kind, std::string doing, std::string thing, std::string cause);

  Error& with_hint(std::string hint);
  Error& with_spot(SourceSpot spot);

  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }
  [[nodiscard]] const std::string& doing() const noexcept { return doing_; }
  [[nodiscard]] const std::string& thing() const noexcept { return thing_; }
  [[nodiscard]] const std::string& cause() const noexcept { return cause_; }
  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }
  [[nodiscard]] const std::optional<SourceSpot>& spot() const noexcept { return spot_; }
  [[nodiscard]] int system_errno() const noexcept { return errno_; }

  // One line: "<doing> '<thing>': <cause>". Control characters in `thing` and `cause` are escaped.
  [[nodiscard]] const char* what() const noexcept override { return what_.c_str(); }

 private:
  friend Error system_error(std::string doing, std::string thing, int error_number);

  ErrorKind kind_;
  std::string doing_;
  std::string thing_;
  std::string cause_;
  std::string hint_;
  std::optional<SourceSpot> spot_;
  int errno_ = 0;
  std::string what_;
};

// An Error of kind system from errno's value (ENOENT gives not_found, EACCES and EPERM denied).
[[nodiscard]] Error system_error(std::string doing, std::string thing, int error_number);

// Throws system_error with the present errno.
[[noreturn]] void throw_errno(std::string doing, std::string thing);

// Makes untrusted bytes safe to print on one line: control bytes, C1, bidi controls and invalid
// UTF-8 become \xNN.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace cooper::base
