#include "builder/context_facts.h"

#include "base/file_at.h"
#include "builder/context/build_files.h"

namespace cooper {
namespace {

constexpr std::size_t kMaxNames = 10'000;  // of one directory; a larger one says nothing

void add_names(check::ContextFacts& facts, const base::Fd& root, const std::string& directory) {
  const auto opened = base::try_open_no_links(root.get(), directory.empty() ? "." : directory,
                                              O_RDONLY | O_DIRECTORY);
  if (!opened) return;
  const auto names = base::list_directory(opened->get(), directory);
  if (names.size() > kMaxNames) return;
  for (const std::string& name : names)
    facts.present.insert(directory.empty() ? name : directory + "/" + name);
}

}  // namespace

std::shared_ptr<const check::ContextFacts> read_context_facts(const std::string& directory,
                                                              const std::string& dockerfile_path) {
  auto facts = std::make_shared<check::ContextFacts>();
  facts->ignore = context::read_ignore_rules(directory, dockerfile_path);
  const base::Fd root = base::open_host_directory(directory);
  for (const std::string& name : check::listed_directories()) add_names(*facts, root, name);
  return facts;
}

}  // namespace cooper
