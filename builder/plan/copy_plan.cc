#include "builder/plan/copy_plan.h"

#include "base/path.h"
#include "builder/dockerfile/git_reference.h"
#include "builder/plan/text.h"
#include "oci/digest.h"

namespace cooper::plan {

namespace {

using base::Error;
using base::ErrorKind;
using Kind = CopySource::Kind;

bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

// One clause of a symbolic mode: [ugoa]* then one or more of [-+=] with permissions or one of u, g,
// o.
bool is_mode_clause(std::string_view clause) {
  std::size_t i = 0;
  while (i < clause.size() && is_one_of(clause[i], "ugoa")) ++i;
  if (i == clause.size()) return false;
  while (i < clause.size()) {
    if (!is_one_of(clause[i], "+-=")) return false;
    ++i;
    if (i < clause.size() && is_one_of(clause[i], "ugo")) {
      ++i;
      continue;
    }
    while (i < clause.size() && is_one_of(clause[i], "rwxXst")) ++i;
  }
  return true;
}

void check_checksum(const CopyOp& op) {
  if (op.checksum.empty()) return;
  if (!op.add) throw Error(ErrorKind::usage, "read --checksum", op.checksum, "only ADD has it");
  if (op.sources.size() != 1) {
    throw Error(ErrorKind::usage, "read --checksum", op.checksum, "it needs exactly one source");
  }
  const Kind kind = op.sources.front().kind;
  if (kind != Kind::http && kind != Kind::git) {
    throw Error(ErrorKind::usage, "read --checksum", op.checksum,
                "only the source http(s) or git has a checksum");
  }
  if (kind == Kind::http && !oci::Digest::try_parse(op.checksum)) {
    throw Error(ErrorKind::usage, "read --checksum", op.checksum,
                "not sha256: and 64 hexadecimal digits");
  }
}

// A layer of its own has no passwd file.
void check_link_owner(const CopyOp& op) {
  if (!op.link || op.chown.find_first_not_of("0123456789:") == std::string::npos) return;
  throw Error(ErrorKind::usage, "look up owner", op.chown, "names cannot be looked up with --link")
      .with_hint("use numbers, for example --chown=33:33");
}

// What the options and the address of a repository say must not differ.
void check_git(const CopyOp& op, const dockerfile::Copy& copy) {
  for (const CopySource& source : op.sources) {
    if (source.kind != Kind::git) continue;
    const auto git = dockerfile::try_parse_git_reference(source.path);
    if (git->keep_git_dir && copy.keep_git_dir && *git->keep_git_dir != *copy.keep_git_dir) {
      throw Error(ErrorKind::usage, "add", source.path,
                  "--keep-git-dir and keep-git-dir of the address differ");
    }
    if (!git->checksum.empty() && !op.checksum.empty() && git->checksum != op.checksum) {
      throw Error(ErrorKind::usage, "add", source.path,
                  "checksum mismatch: --checksum is " + op.checksum);
    }
    if (!op.checksum.empty() &&
        op.checksum.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) {
      throw Error(ErrorKind::usage, "read --checksum", op.checksum,
                  "a commit is named by hexadecimal digits");
    }
  }
}

void add_sources(CopyOp& op, const dockerfile::Copy& copy, const Expander& expander) {
  for (const std::string& source : expander.words(copy.sources)) {
    const Kind kind = source_kind(source);
    if (!copy.add && kind != Kind::path) {
      throw Error(ErrorKind::usage, "copy", source,
                  kind == Kind::git ? "COPY takes no git repository" : "COPY takes no URL")
          .with_hint("ADD does");
    }
    op.sources.push_back(CopySource{kind, source, ""});
  }
  for (const dockerfile::Heredoc& heredoc : copy.heredocs) {
    std::string content = heredoc.expand ? expander.raw(heredoc.body) : heredoc.body;
    op.sources.push_back(CopySource{Kind::inline_file, heredoc.name, std::move(content)});
  }
  if (op.sources.empty()) {
    throw Error(ErrorKind::usage, copy.add ? "add to" : "copy to", copy.destination,
                "there is no source");
  }
}

}  // namespace

bool is_mode(const std::string& text) {
  if (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    return parse_unsigned(text, 8, 07777).has_value();
  }
  std::string_view rest = text;
  while (true) {
    const std::size_t comma = rest.find(',');
    if (!is_mode_clause(rest.substr(0, comma))) return false;
    if (comma == std::string_view::npos) return true;
    rest.remove_prefix(comma + 1);
  }
}

CopySource::Kind source_kind(const std::string& source) {
  const auto git = dockerfile::try_parse_git_reference(source);
  if (git && !git->looks_local) return Kind::git;
  if (source.starts_with("http://") || source.starts_with("https://")) return Kind::http;
  return Kind::path;
}

std::string absolute_destination(const std::string& path, const std::string& workdir) {
  const bool directory = path.empty() || path == "." || path.ends_with("/") || path.ends_with("/.");
  std::string out = base::join_path("/", base::join_path(workdir, path));
  if (directory && out != "/") out += "/";
  return out;
}

PlannedCopy plan_copy(const dockerfile::Copy& copy, const StageState& state,
                      const Expander& expander) {
  PlannedCopy planned;
  CopyOp& op = planned.op;
  op.add = copy.add;
  add_sources(op, copy, expander);
  planned.destination = expander.word(copy.destination);
  const std::string& workdir = state.config.config.working_dir;
  op.destination = absolute_destination(planned.destination, workdir.empty() ? "/" : workdir);
  op.chown = expander.optional(copy.chown);
  op.chmod = expander.optional(copy.chmod);
  if (!op.chmod.empty() && !is_mode(op.chmod)) {
    throw Error(ErrorKind::usage, "read --chmod", op.chmod,
                "neither octal (0 to 7777) nor symbolic (u=rwX,go=rX)");
  }
  op.checksum = expander.optional(copy.checksum);
  check_checksum(op);
  op.excludes = copy.excludes;
  op.link = copy.link.value_or(false);
  check_link_owner(op);
  op.parents = copy.parents.value_or(false);
  op.keep_git_dir = copy.keep_git_dir.value_or(false);
  op.unpack = copy.unpack;
  check_git(op, copy);
  return planned;
}

}  // namespace cooper::plan
