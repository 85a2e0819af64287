#include "builder/plan/config_changes.h"

#include <algorithm>
#include <stdexcept>

#include "builder/plan/history_text.h"
#include "builder/plan/ports.h"
#include "builder/plan/shell_form.h"
#include "builder/plan/stop_signal.h"
#include "builder/plan/text.h"

namespace cooper::plan {

namespace {

using base::Error;
using base::ErrorKind;
using Text = std::optional<std::string>;

// One metadata instruction at a time; each overload is one row of the reference.
class Change {
 public:
  Change(StageState& state, bool& cmd_given, const ChangeInputs& inputs)
      : state_(state), config_(state.config.config), cmd_given_(cmd_given), inputs_(inputs) {}

  Text operator()(const dockerfile::Env& env) {
    std::string text = "ENV";
    for (const auto& [key, value] : expand_pairs(env.pairs)) {
      if (key.empty()) throw Error(ErrorKind::usage, "read ENV", "=" + value, "the name is empty");
      state_.scope.set(key, value);
      oci::set_env(config_.env, key, value);
      text += " " + key + "=" + value;
    }
    return text;
  }

  Text operator()(const dockerfile::Label& label) {
    std::string text = "LABEL";
    for (const auto& [key, value] : expand_pairs(label.pairs)) {
      if (key.empty()) {
        throw Error(ErrorKind::usage, "read LABEL", "=" + value, "the name is empty");
      }
      config_.labels[key] = value;
      text += " " + key + "=" + value;
    }
    return text;
  }

  Text operator()(const dockerfile::Arg& arg) {
    std::vector<std::string> words;
    for (const auto& [name, given] : arg.args) {  // in order: a later one sees the earlier (row V7)
      const Text value = argument_value(name, given);
      const bool is_environment =
          name != "BUILDKIT_SBOM_SCAN_CONTEXT" && name != "BUILDKIT_SBOM_SCAN_STAGE";
      if (value && is_environment) state_.scope.set(name, *value);
      state_.args.push_back(DeclaredArg{name, value});
      words.push_back(value ? name + "=" + *value : name);
    }
    return "ARG " + join(words, " ");
  }

  Text operator()(const dockerfile::Cmd& cmd) {
    recommend_json(cmd.command);
    config_.cmd = argv_of(cmd.command, state_);
    config_.args_escaped = true;
    cmd_given_ = true;
    return "CMD " + quoted_list_text(*config_.cmd);
  }

  Text operator()(const dockerfile::Entrypoint& entrypoint) {
    recommend_json(entrypoint.command);
    std::vector<std::string> argv = argv_of(entrypoint.command, state_);
    std::string text = "ENTRYPOINT " + quoted_list_text(argv);
    config_.entrypoint.reset();
    if (!argv.empty()) config_.entrypoint = std::move(argv);  // row M3
    if (!cmd_given_) config_.cmd.reset();                     // row M2
    return text;
  }

  Text operator()(const dockerfile::Shell& shell) {
    config_.shell = shell.argv;
    return "SHELL " + list_text(shell.argv);
  }

  Text operator()(const dockerfile::Healthcheck& given) {
    oci::Healthcheck check;
    if (given.none) {
      check.test = {"NONE"};
    } else if (given.command.exec_form) {
      check.test = given.command.argv;
      check.test.insert(check.test.begin(), "CMD");
    } else {
      check.test = {"CMD-SHELL", given.command.text};
    }
    check.interval = given.interval.value_or(0);
    check.timeout = given.timeout.value_or(0);
    check.start_period = given.start_period.value_or(0);
    check.start_interval = given.start_interval.value_or(0);
    check.retries = given.retries.value_or(0);
    config_.healthcheck = check;
    return healthcheck_text(check);
  }

  Text operator()(const dockerfile::Expose& expose) {
    std::vector<std::string> given = expose.ports;
    std::sort(given.begin(), given.end());
    std::vector<std::string> ports;
    for (const std::string& text : given) {
      for (const std::string& word : inputs_.expander.split(text)) {
        check_port(word);
        for (std::string& port : parse_port(word)) ports.push_back(std::move(port));
      }
    }
    config_.exposed_ports.insert(ports.begin(), ports.end());
    return "EXPOSE " + list_text(ports);
  }

  Text operator()(const dockerfile::Volume& volume) {
    const std::vector<std::string> paths = inputs_.expander.words(volume.paths);
    for (const std::string& path : paths) {
      if (path.empty()) throw Error(ErrorKind::usage, "read VOLUME", "", "a path is empty");
    }
    config_.volumes.insert(paths.begin(), paths.end());
    return "VOLUME " + list_text(paths);
  }

  Text operator()(const dockerfile::User& user) {
    config_.user = inputs_.expander.word(user.user);
    return "USER " + config_.user;
  }

  Text operator()(const dockerfile::StopSignal& given) {
    std::string signal = inputs_.expander.word(given.signal);
    if (!is_signal(signal)) {
      throw Error(ErrorKind::usage, "read STOPSIGNAL", signal, "there is no such signal");
    }
    config_.stop_signal = std::move(signal);
    return "STOPSIGNAL " + config_.stop_signal;
  }

  Text operator()(const dockerfile::Maintainer& maintainer) {
    state_.config.author = maintainer.name;
    return "MAINTAINER " + maintainer.name;
  }

  Text operator()(const dockerfile::OnBuild& on_build) {
    config_.on_build.push_back(on_build.trigger);
    return std::nullopt;
  }

  Text operator()(const dockerfile::From&) { return misplaced(); }
  Text operator()(const dockerfile::Run&) { return misplaced(); }
  Text operator()(const dockerfile::Copy&) { return misplaced(); }
  Text operator()(const dockerfile::Workdir&) { return misplaced(); }

 private:
  // A SHELL of one's own says that the shell is wanted.
  void recommend_json(const dockerfile::Command& command) const {
    if (command.exec_form || !config_.shell.empty()) return;
    inputs_.expander.report("JSONArgsRecommended",
                            "JSON arguments recommended for " +
                                inputs_.expander.instruction().keyword +
                                " to prevent unintended behavior related to OS signals");
  }

  void check_port(const std::string& text) const {
    const std::size_t colon = text.rfind(':');
    const std::size_t slash = text.find('/', colon == std::string::npos ? 0 : colon);
    if (slash != std::string::npos && lower_case(text.substr(slash)) != text.substr(slash)) {
      inputs_.expander.report(
          "ExposeProtoCasing",
          "Defined protocol '" + text + "' in EXPOSE instruction should be lowercase");
    }
    if (colon == std::string::npos) return;
    inputs_.expander.report("ExposeInvalidFormat",
                            "EXPOSE instruction should not define an IP address or host-port "
                            "mapping, found '" +
                                text + "'");
  }

  [[noreturn]] static Text misplaced() { throw std::logic_error("not a change of metadata"); }

  // All words against the scope as it was before the instruction (rows V6, V7).
  [[nodiscard]] std::vector<dockerfile::Pair> expand_pairs(
      const std::vector<dockerfile::Pair>& pairs) const {
    std::vector<dockerfile::Pair> out;
    for (const dockerfile::Pair& pair : pairs) {
      std::string key = inputs_.expander.word(pair.key);
      out.push_back(dockerfile::Pair{std::move(key), inputs_.expander.word(pair.value)});
    }
    return out;
  }

  // --build-arg, else the default, else the global value (row A2).
  [[nodiscard]] Text argument_value(const std::string& name, const Text& given) const {
    const auto build_arg = inputs_.build_args.find(name);
    if (build_arg != inputs_.build_args.end()) return build_arg->second;
    if (given) return inputs_.expander.word(*given);
    return inputs_.globals.values.get(name);
  }

  StageState& state_;
  oci::RunConfig& config_;
  bool& cmd_given_;
  const ChangeInputs& inputs_;
};

}  // namespace

std::optional<std::string> apply_change(StageState& state, bool& cmd_given,
                                        const dockerfile::Instruction& instruction,
                                        const ChangeInputs& inputs) {
  return std::visit(Change(state, cmd_given, inputs), instruction.payload);
}

}  // namespace cooper::plan
