#include "cli/tree_text.h"

#include <doctest/doctest.h>

using namespace cooper;
using layer::Entry;
using layer::EntryType;

namespace {

Entry entry(const std::string& path, EntryType type, std::uint32_t mode) {
  Entry made;
  made.path = path;
  made.type = type;
  made.mode = mode;
  return made;
}

}  // namespace

TEST_CASE("a line of a tree has all that makes a path") {
  Entry file = entry("bin/x y", EntryType::file, 04755);
  file.uid = 1000;
  file.gid = 33;
  file.size = 5;
  file.xattrs["security.capability"] = "\x01\xff";
  file.content = base::Sha256Bytes{};
  CHECK(cli::tree_line("bin/x y", file) ==
        "/bin/x\\x20y file 4755 1000:33 5 xattr.security.capability=01ff sha256:" +
            std::string(64, '0'));
  file.mtime = 1700000000;
  CHECK(cli::tree_line("x", file, true) ==
        "/x file 4755 1000:33 5 xattr.security.capability=01ff mtime=1700000000 sha256:" +
            std::string(64, '0'));
  Entry link;
  link.type = EntryType::symlink;
  link.mode = 0777;
  link.link = "../a\nb";
  CHECK(cli::tree_line("l", link) == "/l link 0777 0:0 0 link=../a\\x0ab");
  Entry device;
  device.type = EntryType::character;
  device.mode = 0666;
  device.device_major = 1;
  device.device_minor = 3;
  CHECK(cli::tree_line("dev/null", device) == "/dev/null char 0666 0:0 0 device=1:3");
}

TEST_CASE("a tree is that of the stack, lower layers hidden where they are") {
  const Entry root = entry("", EntryType::directory, 0755);
  const Entry one = entry("a", EntryType::file, 0644);
  const Entry gone = entry("b", EntryType::file, 0644);
  const Entry whiteout = entry("b", EntryType::whiteout, 0);
  const auto lower = std::make_shared<const layer::LayerIndex>(std::vector<Entry>{root, one, gone});
  const auto upper = std::make_shared<const layer::LayerIndex>(std::vector<Entry>{whiteout});
  CHECK(cli::tree_text(layer::LayerStack({lower, upper})) ==
        "/ dir 0755 0:0 0\n/a file 0644 0:0 0\n");
}
