#include "cli/cli_documents.h"

namespace cooper::cli {
namespace {

// Text that roff prints as it is.
std::string roff(const std::string& text) {
  std::string out;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
    line_begins = c == '\n';
  }
  return out;
}

void add_options(const CLI::App& app, std::string& out) {
  for (const CLI::Option* option : visible_options(app)) {
    std::string names;
    for (const std::string& flag : flags_of(*option))
      names += (names.empty() ? "" : ", ") + ("\\fB" + roff(flag) + "\\fR");
    if (names.empty()) names = "\\fI" + roff(option->get_name(true)) + "\\fR";
    if (takes_value(*option) && !flags_of(*option).empty()) names += " \\fIvalue\\fR";
    out += ".TP\n" + names + "\n" + roff(option->get_description()) + "\n";
  }
}

void add_footer(const CLI::App& app, std::string& out) {
  if (!app.get_footer().empty()) out += ".PP\n.nf\n" + roff(app.get_footer()) + "\n.fi\n";
}

void add_command(const CLI::App& command, const std::string& prefix, std::string& out) {
  out += ".SS " + roff(prefix + command.get_name()) + "\n" + roff(command.get_description()) + "\n";
  for (const std::string& alias : command.get_aliases())
    out += ".br\nAlso: " + roff(prefix + alias) + "\n";
  add_options(command, out);
  add_footer(command, out);
  for (const CLI::App* below : visible_commands(command))
    add_command(*below, prefix + command.get_name() + " ", out);
}

}  // namespace

std::vector<const CLI::App*> visible_commands(const CLI::App& app) {
  std::vector<const CLI::App*> commands;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!command->get_group().empty()) commands.push_back(command);
  }
  return commands;
}

std::vector<const CLI::Option*> visible_options(const CLI::App& app) {
  std::vector<const CLI::Option*> options;
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_group().empty()) options.push_back(option);
  }
  return options;
}

std::vector<std::string> flags_of(const CLI::Option& option) {
  std::vector<std::string> flags;
  for (const std::string& name : option.get_snames()) flags.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) flags.push_back("--" + name);
  return flags;
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

std::string man_page(const CLI::App& app) {
  std::string out =
      ".TH COOPER 1 \"\" \"cooper " COOPER_VERSION
      "\" \"User Commands\"\n.SH NAME\ncooper \\- build container images without a daemon\n";
  out +=
      ".SH SYNOPSIS\n\\fBcooper\\fR [\\fIoptions\\fR] \\fIcommand\\fR [\\fIarguments\\fR]\n.SH "
      "OPTIONS\n";
  add_options(app, out);
  out += ".SH COMMANDS\n";
  for (const CLI::App* command : visible_commands(app)) add_command(*command, "cooper ", out);
  out +=
      ".SH EXIT STATUS\n"
      ".TP\n0\ndone\n"
      ".TP\n1\na build, a step, a check or a transfer failed\n"
      ".TP\n2\nwrong arguments, or a wrong or unsupported input file\n"
      ".TP\n75\na network failure that may pass\n"
      ".TP\n130, 143, 129\ninterrupted by SIGINT, SIGTERM or SIGHUP\n"
      ".SH ENVIRONMENT\n"
      ".TP\n\\fBCOOPER_ROOT\\fR\ndirectory of the store\n"
      ".TP\n\\fBXDG_DATA_HOME\\fR\nwhere the store is without COOPER_ROOT: its directory cooper\n"
      ".TP\n\\fBSOURCE_DATE_EPOCH\\fR\nseconds; no file and no image is newer\n"
      ".TP\n\\fBDOCKER_CONFIG\\fR, \\fBREGISTRY_AUTH_FILE\\fR\nwhere passwords of registries are\n"
      ".TP\n\\fBNO_COLOR\\fR\nno colours on a terminal\n"
      ".TP\n\\fBHTTP_PROXY\\fR, \\fBHTTPS_PROXY\\fR, \\fBNO_PROXY\\fR, \\fBSSL_CERT_FILE\\fR, "
      "\\fBSSL_CERT_DIR\\fR\nthe way to registries\n"
      ".SH FILES\n"
      ".TP\n\\fI~/.local/share/cooper\\fR\nthe store: an OCI image layout\n"
      ".TP\n\\fI~/.docker/config.json\\fR\npasswords of registries\n";
  return out;
}

}  // namespace cooper::cli
