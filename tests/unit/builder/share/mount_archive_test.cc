#include "builder/share/mount_archive.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/file_at.h"
#include "builder/layer/layer_reader.h"
#include "tests/support/temp_directory.h"

namespace cooper::share {
namespace {

namespace fs = std::filesystem;

struct Mount {
  cooper::test::TempDirectory temp;
  store::Store store = store::Store::open(temp.path() + "/store");

  base::Fd make(const std::string& name, const std::vector<std::string>& order) const {
    const std::string root = temp.path() + "/" + name;
    fs::create_directories(root + "/a");
    for (const std::string& file : order) std::ofstream(root + "/" + file) << "content of " << file;
    fs::create_hard_link(root + "/a/x", root + "/b");
    fs::create_symlink("a/x", root + "/link");
    ::mkfifo((root + "/fifo").c_str(), 0600);
    const timespec time[2] = {{1000, 0}, {1000, 0}};
    for (const char* path : {"a/x", "a-y", "link", "a"})
      ::utimensat(AT_FDCWD, (root + "/" + path).c_str(), time, AT_SYMLINK_NOFOLLOW);
    return base::open_host_directory(root);
  }
};

TEST_CASE("the same files give the same bytes, in whatever order they were made") {
  Mount f;
  const base::Fd one = f.make("one", {"a/x", "a-y"}), two = f.make("two", {"a-y", "a/x"});
  const layer::WrittenLayer first = archive_mount(f.store, one.get(), {});
  CHECK(archive_mount(f.store, two.get(), {}).blob.digest == first.blob.digest);
  CHECK(mount_bytes(one.get()) == 14 + 14);  // a/x once, a-y; no link, no fifo
  CHECK(first.index.find("fifo") == nullptr);
  CHECK(first.index.find("b")->type == layer::EntryType::hardlink);

  fs::create_directory(f.temp.path() + "/out");
  const base::Fd out = base::open_host_directory(f.temp.path() + "/out");
  static_cast<void>(
      layer::read_layer(f.store, first.blob, first.diff_id, out.get(), layer::TreeForm::plain, {}));
  CHECK(archive_mount(f.store, out.get(), {}).diff_id == first.diff_id);
}

}  // namespace
}  // namespace cooper::share
