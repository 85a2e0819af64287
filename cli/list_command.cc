// cooper ls
#include <iostream>
#include <memory>

#include "base/error.h"
#include "cli/build_summary.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/images_command.h"
#include "cli/looking.h"
#include "cli/repository_name.h"
#include "cli/session.h"
#include "cli/signals.h"
#include "cli/table.h"
#include "registry/client.h"
#include "registry/parallel.h"

namespace cooper::cli {
namespace {

constexpr unsigned kRequestsAtOnce = 4;

struct Arguments {
  std::string repository;
  bool json = false, digests = false;
};

Table digest_table(const registry::Repository& repository, const std::vector<std::string>& tags,
                   const std::stop_token& stop) {
  std::vector<std::optional<oci::Descriptor>> tops(tags.size());
  registry::for_each_parallel(tags.size(), kRequestsAtOnce, stop,
                              [&](std::size_t i, const std::stop_token& inner) {
                                tops[i] = repository.head_manifest(tags[i], inner);
                              });
  Table table{{"tag", "digest", "mediaType"}, {}};
  for (std::size_t i = 0; i < tags.size(); ++i) {
    table.rows.push_back(
        {{tags[i]},
         {tops[i] ? tops[i]->digest.to_string() : std::string(), tops[i] ? "" : "-"},
         {tops[i] ? tops[i]->media_type : std::string(), tops[i] ? "" : "-"}});
  }
  return table;
}

void list_tags(const Arguments& arguments, const Globals& globals) {
  const oci::Reference name = parse_repository(arguments.repository);
  Session session = Session::open(globals);
  const std::stop_token stop = globals.signals->token();
  const registry::Repository repository = session.network.client().repository(name);
  const auto tags = repository.list_tags(stop);
  if (!tags) {
    throw base::Error(base::ErrorKind::not_found, "list tags of", repository.display_name(),
                      "the registry has no such repository");
  }
  if (arguments.digests) {
    const Table table = digest_table(repository, *tags, stop);
    std::cout << (arguments.json ? tags_json(repository.display_name(), table) : table_text(table));
  } else if (arguments.json) {
    Table table{{"tag"}, {}};
    for (const std::string& tag : *tags) table.rows.push_back({{tag}});
    std::cout << tags_json(repository.display_name(), table);
  } else {
    for (const std::string& tag : *tags) std::cout << base::printable(tag) << "\n";
  }
  std::cout << std::flush;
}

}  // namespace

void add_ls_command(CLI::App& app, const Globals& globals, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("ls", "list the tags of a repository; without one, the store's images");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("repository", arguments->repository, "registry/name, without a tag");
  command->add_flag("--digests", arguments->digests,
                    "with the digest of each tag (one request each)");
  command->add_flag("--json", arguments->json, "print JSON");
  command->footer(
      "Examples:\n"
      "  cooper ls registry.example/team/site\n"
      "  cooper ls --digests registry.example/team/site\n"
      "  cooper ls");
  command->callback([arguments, &globals, &exit_code] {
    if (arguments->repository.empty()) {
      list_store_images(arguments->json, globals);
    } else {
      list_tags(*arguments, globals);
    }
    exit_code = kSuccess;
  });
}

}  // namespace cooper::cli
