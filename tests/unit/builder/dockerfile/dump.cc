#include "dump.h"

#include "base/error.h"

namespace cooper::dockerfile {
namespace {

std::string quote(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (c == '\r')
      out += "\\r";
    else
      out += c;
  }
  return out + "'";
}

std::string list(const std::vector<std::string>& words) {
  std::string out = "[";
  for (const std::string& word : words) out += (out.size() > 1 ? " " : "") + quote(word);
  return out + "]";
}

std::string command(const Command& value) {
  return value.exec_form ? list(value.argv) : quote(value.text);
}

void option(std::string& out, const char* name, const std::optional<std::string>& value) {
  if (value) out += std::string(" ") + name + "=" + *value;
}

void option(std::string& out, const char* name, const std::optional<bool>& value) {
  if (value) out += std::string(" ") + name + "=" + (*value ? "true" : "false");
}

void option(std::string& out, const char* name, const std::optional<std::int64_t>& value) {
  if (value) out += std::string(" ") + name + "=" + std::to_string(*value);
}

std::string heredocs(const std::vector<Heredoc>& docs) {
  std::string out;
  for (const Heredoc& doc : docs) {
    out += std::string(" <<") + (doc.strip_tabs ? "-" : "") + (doc.expand ? "" : "!") + doc.name +
           quote(doc.body);
  }
  return out;
}

std::string pairs(const char* name, const std::vector<Pair>& values, bool legacy) {
  std::string out = std::string(name) + (legacy ? " (legacy)" : "");
  for (const Pair& pair : values) out += " " + quote(pair.key) + "=" + quote(pair.value);
  return out;
}

struct Dumper {
  std::string operator()(const From& value) const {
    std::string out = "FROM " + value.image;
    option(out, "platform", value.platform);
    option(out, "as", value.name);
    return out;
  }
  std::string operator()(const Arg& value) const {
    std::string out = "ARG";
    for (const auto& [name, text] : value.args)
      out += " " + name + (text ? "=" + quote(*text) : "");
    return out;
  }
  std::string operator()(const Env& value) const {
    return pairs("ENV", value.pairs, value.legacy_form);
  }
  std::string operator()(const Label& value) const {
    return pairs("LABEL", value.pairs, value.legacy_form);
  }
  std::string operator()(const Run& value) const {
    std::string out = "RUN " + command(value.command) + heredocs(value.heredocs);
    for (const Mount& mount : value.mounts) out += " mount(" + mount.text + ")";
    if (value.network != Network::default_)
      out += value.network == Network::none ? " net=none" : " net=host";
    if (value.security != Security::sandbox) out += " insecure";
    for (const std::string& device : value.devices) out += " device=" + device;
    return out;
  }
  std::string operator()(const Copy& value) const {
    std::string out = (value.add ? "ADD " : "COPY ") + list(value.sources) + " -> " +
                      quote(value.destination) + heredocs(value.heredocs);
    option(out, "from", value.from);
    option(out, "chown", value.chown);
    option(out, "chmod", value.chmod);
    option(out, "checksum", value.checksum);
    option(out, "link", value.link);
    option(out, "parents", value.parents);
    option(out, "keep-git-dir", value.keep_git_dir);
    option(out, "unpack", value.unpack);
    for (const std::string& exclude : value.excludes) out += " exclude=" + exclude;
    return out;
  }
  std::string operator()(const Workdir& value) const { return "WORKDIR " + quote(value.path); }
  std::string operator()(const User& value) const { return "USER " + quote(value.user); }
  std::string operator()(const Volume& value) const { return "VOLUME " + list(value.paths); }
  std::string operator()(const Expose& value) const { return "EXPOSE " + list(value.ports); }
  std::string operator()(const StopSignal& value) const {
    return "STOPSIGNAL " + quote(value.signal);
  }
  std::string operator()(const Cmd& value) const { return "CMD " + command(value.command); }
  std::string operator()(const Entrypoint& value) const {
    return "ENTRYPOINT " + command(value.command);
  }
  std::string operator()(const Shell& value) const { return "SHELL " + list(value.argv); }
  std::string operator()(const Maintainer& value) const {
    return "MAINTAINER " + quote(value.name);
  }
  std::string operator()(const Healthcheck& value) const {
    std::string out = value.none ? "HEALTHCHECK NONE" : "HEALTHCHECK " + command(value.command);
    option(out, "interval", value.interval);
    option(out, "timeout", value.timeout);
    option(out, "start-period", value.start_period);
    option(out, "start-interval", value.start_interval);
    option(out, "retries", value.retries);
    return out;
  }
  std::string operator()(const OnBuild& value) const { return "ONBUILD " + quote(value.trigger); }
};

}  // namespace

std::string dump(const Instruction& instruction) {
  return std::visit(Dumper{}, instruction.payload);
}

std::string dump(const Dockerfile& file) {
  std::string out;
  for (const Instruction& arg : file.global_args) out += dump(arg) + "\n";
  for (const Stage& stage : file.stages) {
    out += dump(stage.from) + "\n";
    for (const Instruction& instruction : stage.instructions) out += dump(instruction) + "\n";
  }
  return out;
}

std::string error_of(std::string_view text) {
  try {
    static_cast<void>(parse_dockerfile(text, "Dockerfile"));
  } catch (const base::Error& error) {
    const std::string hint = error.hint().empty() ? "" : " [" + error.hint() + "]";
    return cause_of(text) + hint;
  }
  return "no error";
}

std::string cause_of(std::string_view text) {
  try {
    static_cast<void>(parse_dockerfile(text, "Dockerfile"));
  } catch (const base::Error& error) {
    std::string where;
    if (const auto& spot = error.spot()) {
      where = std::to_string(spot->line) + ":" + std::to_string(spot->column) + "+" +
              std::to_string(spot->length) + " ";
    }
    return where + error.cause();
  }
  return "no error";
}

}  // namespace cooper::dockerfile
