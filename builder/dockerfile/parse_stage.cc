// FROM, ARG, ENV, LABEL, HEALTHCHECK.
#include <limits>
#include <utility>

#include "builder/dockerfile/duration.h"
#include "builder/dockerfile/flags.h"
#include "builder/dockerfile/parse_instruction.h"
#include "builder/dockerfile/text.h"

namespace cooper::dockerfile {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;

bool is_stage_name(std::string_view name) {
  if (name.empty() || name.front() < 'a' || name.front() > 'z') return false;
  for (const char c : name) {
    if (!(c >= 'a' && c <= 'z') && !is_digit(c) && c != '-' && c != '_' && c != '.') return false;
  }
  return true;
}

// ENV and LABEL: "k=v k2=v2", or the old form "k the rest".
std::vector<Pair> parse_pairs(const Statement& statement, bool& legacy_form) {
  refuse_flags(statement);
  const std::vector<Word> words = split_quoted(statement.rest, statement.source->escape);
  if (words.empty()) statement.fail(statement.name + " needs at least one argument");
  std::vector<Pair> pairs;
  legacy_form = words.front().text.find('=') == std::string::npos;
  if (legacy_form) {
    const std::string_view rest = statement.rest;
    std::size_t end = 0;
    while (end < rest.size() && !is_separator(rest[end])) ++end;
    std::size_t value = end;
    while (value < rest.size() && is_separator(rest[value])) ++value;
    if (end == rest.size()) {
      statement.fail_rest(statement.name + " must have two arguments",
                          "write " + statement.name + " name=value");
    }
    pairs.push_back({std::string(rest.substr(0, end)), std::string(rest.substr(value))});
    return pairs;
  }
  for (const Word& word : words) {
    const std::size_t equals = word.text.find('=');
    if (equals == std::string::npos) {
      statement.fail_word(
          word, "cannot find '=' in '" + word.text + "': it must be of the form name=value",
          "quote a value that has blanks: name=\"a b\"");
    }
    if (equals == 0) statement.fail_word(word, statement.name + " names cannot be blank");
    pairs.push_back({word.text.substr(0, equals), word.text.substr(equals + 1)});
  }
  return pairs;
}

std::optional<std::int64_t> parse_interval(const Statement& statement, const Flags& flags,
                                           std::string_view name) {
  const auto text = flags.text(name);
  if (!text) return std::nullopt;
  if (text->empty()) return 0;
  const Word flag = flags.words(name).front();
  const auto duration = parse_duration(*text);
  if (!duration) {
    statement.fail_flag(flag, "invalid duration '" + *text + "'",
                        "write a number and a unit: 30s, 1m30s, 500ms");
  }
  if (*duration != 0 && *duration < kMillisecond) {
    statement.fail_flag(flag, "--" + std::string(name) + " cannot be less than 1ms");
  }
  return duration;
}

std::optional<std::int64_t> parse_retries(const Statement& statement, const Flags& flags) {
  const auto text = flags.text("retries");
  if (!text) return std::nullopt;
  const Word flag = flags.words("retries").front();
  std::int64_t number = 0;
  const bool negative = text->size() > 1 && text->front() == '-';
  for (const char c : std::string_view(*text).substr(negative ? 1 : 0)) {
    if (!is_digit(c)) statement.fail_flag(flag, "--retries takes a number, not '" + *text + "'");
    number = number * 10 + (c - '0');
    if (number > std::numeric_limits<std::int32_t>::max())
      statement.fail_flag(flag, "--retries is too large");
  }
  if (negative && number > 0) statement.fail_flag(flag, "--retries cannot be negative");
  return number;
}

}  // namespace

Payload parse_from(const Statement& statement) {
  const Flags flags(statement, {{"platform"}});
  const std::vector<Word> words = split_blanks(statement.rest);
  const bool named = words.size() == 3 && to_lower(words[1].text) == "as";
  if (!named && words.size() != 1) {
    statement.fail_rest("FROM needs either one argument or three",
                        "write FROM image or FROM image AS name");
  }
  From from;
  from.image = words[0].text;
  from.platform = flags.text("platform");
  if (!named) return from;
  from.as_keyword = words[1].text;
  from.name_as_written = words[2].text;
  from.name = to_lower(words[2].text);
  if (!is_stage_name(*from.name)) {
    statement.fail_word(words[2], "invalid name for a build stage: '" + words[2].text + "'",
                        "a name begins with a letter and has letters, digits, '-', '_' and '.'");
  }
  return from;
}

Payload parse_arg(const Statement& statement) {
  Arg arg;
  for (const Word& word : split_quoted(statement.rest, statement.source->escape)) {
    const std::size_t equals = word.text.find('=');
    if (equals == 0) statement.fail_word(word, "ARG names cannot be blank");
    if (equals == std::string::npos) {
      arg.args.emplace_back(word.text, std::nullopt);
    } else {
      arg.args.emplace_back(word.text.substr(0, equals), word.text.substr(equals + 1));
    }
  }
  if (arg.args.empty()) statement.fail("ARG needs at least one argument");
  return arg;
}

Payload parse_env(const Statement& statement) {
  Env env;
  env.pairs = parse_pairs(statement, env.legacy_form);
  return env;
}

Payload parse_label(const Statement& statement) {
  Label label;
  label.pairs = parse_pairs(statement, label.legacy_form);
  return label;
}

Payload parse_healthcheck(const Statement& statement) {
  const std::string_view rest = statement.rest;
  std::size_t end = 0;
  while (end < rest.size() && space_length(rest.substr(end)) == 0) ++end;
  if (end == 0) statement.fail("HEALTHCHECK needs at least one argument");
  const std::string_view command = trim_left(rest.substr(end));
  const Word text{std::string(command), rest.size() - command.size(), command.size()};
  const std::string type = to_upper(rest.substr(0, end));
  Healthcheck check;
  if (type == "NONE") {
    if (!command.empty()) statement.fail_word(text, "HEALTHCHECK NONE takes no arguments");
    check.none = true;
    return check;
  }
  const Flags flags(statement,
                    {{"interval"}, {"timeout"}, {"start-period"}, {"start-interval"}, {"retries"}});
  if (type != "CMD") {
    statement.fail_word({type, 0, end},
                        "unknown type '" + std::string(rest.substr(0, end)) + "' in HEALTHCHECK",
                        "it must be CMD or NONE");
  }
  check.command = parse_command(statement, text);
  if (check.command.exec_form ? check.command.argv.empty() : check.command.text.empty()) {
    statement.fail_rest("missing command after HEALTHCHECK CMD");
  }
  check.interval = parse_interval(statement, flags, "interval");
  check.timeout = parse_interval(statement, flags, "timeout");
  check.start_period = parse_interval(statement, flags, "start-period");
  check.start_interval = parse_interval(statement, flags, "start-interval");
  check.retries = parse_retries(statement, flags);
  return check;
}

}  // namespace cooper::dockerfile
