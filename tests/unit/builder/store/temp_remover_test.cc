#include "builder/store/temp_remover.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "base/file_at.h"
#include "builder/store/store.h"
#include "tests/support/temp_directory.h"

namespace cooper::store {
namespace {

bool exists(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

TEST_CASE("what is discarded is gone when the remover ends") {
  const test::TempDirectory temp;
  const Store store = Store::open(temp.path() + "/store");
  std::vector<std::string> paths;
  {
    TempRemover remover;
    for (int count = 0; count < 20; ++count) {
      TempDirectory directory = store.new_temp_directory();
      REQUIRE(::mkdirat(directory.fd(), "sub", 0000) == 0);
      static_cast<void>(base::open_at(directory.fd(), "file", O_WRONLY | O_CREAT, 0600));
      paths.push_back(directory.path());
      CHECK(exists(paths.back()));
      remover.remove(std::move(directory));
    }
  }
  for (const std::string& path : paths) CHECK_FALSE(exists(path));
}

TEST_CASE("a store that closes has removed what was discarded") {
  const test::TempDirectory temp;
  std::string path;
  {
    const Store store = Store::open(temp.path() + "/store");
    TempDirectory directory = store.new_temp_directory();
    path = directory.path();
    store.discard(std::move(directory));
  }
  CHECK_FALSE(exists(path));
  CHECK(base::list_directory(base::open_host_directory(temp.path() + "/store/cooper/tmp").get(),
                             "tmp")
            .empty());
}

}  // namespace
}  // namespace cooper::store
