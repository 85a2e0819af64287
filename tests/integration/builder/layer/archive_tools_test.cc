// Other programs read what we write, and we read what they write.
#include <doctest/doctest.h>

#include <cstdlib>

#include "base/file_at.h"
#include "builder/layer/layer_reader.h"
#include "builder/layer/tree_diff.h"
#include "layer_fixture.h"
#include "tree_text.h"

namespace cooper::layer {
namespace {

namespace fs = std::filesystem;

bool run(const std::string& command) { return ::system((command + " 2>/dev/null").c_str()) == 0; }
bool installed(const std::string& tool) { return run("command -v " + tool + " >/dev/null"); }

constexpr const char* kTree = R"(
  mkdir -p dir/sub "with space"; echo 1 > dir/1; ln dir/1 dir/2; ln -s ../dir/1 dir/sub/link
  long=$(printf "n%.0s" $(seq 120)); mkdir -p $long/$long; echo long > $long/$long/$long
  echo u > $(printf "\303\274"); chmod 4711 dir/1; chmod 1777 "with space"; mkfifo pipe
  seq 200000 > numbers; head -c 3000000 /dev/zero > zeros; touch -d @1234567890.5 dir/1; touch -d @-100 zeros
  find . -newermt @1600000000 -exec touch -h -d @1600000000 {} +)";

std::string make_tree(const std::string& path) {
  fs::create_directories(path);
  REQUIRE(run("cd " + path + " && sh -c '" + kTree + "'"));
  return path;
}

TEST_CASE("GNU tar and bsdtar unpack our layers to the same tree; gzip and zstd find no fault") {
  test::TempStore temp;
  const std::string tree = make_tree(temp.path() + "/tree");
  const base::Fd root = base::open_host_directory(tree);
  for (const Compression compression : {Compression::none, Compression::gzip, Compression::zstd}) {
    LayerOptions options;
    options.compression = compression;
    const WrittenLayer layer = write_tree_diff(temp.store(), root.get(), LayerStack(), {}, options);
    const std::string blob = temp.store().path() + "/blobs/sha256/" + layer.blob.digest.hex();
    if (compression == Compression::gzip) CHECK(run("gzip -t < " + blob));
    if (compression == Compression::zstd && installed("zstd")) CHECK(run("zstd -qt < " + blob));
    const std::string filter = compression == Compression::none   ? "cat"
                               : compression == Compression::gzip ? "gzip -dc"
                                                                  : "zstd -dc";
    for (const std::string tool : {"tar", "bsdtar"}) {
      if (!installed(tool) || !installed(filter.substr(0, filter.find(' ')))) continue;
      const std::string to =
          temp.path() + "/" + tool + std::to_string(static_cast<int>(compression));
      fs::create_directories(to);
      REQUIRE(run(filter + " < " + blob + " | LC_ALL=C.UTF-8 " + tool + " -xpf - -C " + to));
      CHECK_MESSAGE(test::first_difference(to, tree).empty(),
                    tool << ": " << test::first_difference(to, tree));
    }
  }
}

TEST_CASE("what GNU tar and bsdtar write in their formats we unpack to the same tree") {
  test::TempStore temp;
  const std::string tree = make_tree(temp.path() + "/tree");
  int number = 0;
  for (const std::string command :
       {"tar --format=gnu", "tar --format=pax", "tar --format=pax --pax-option=exthdr.name=%d/x/%f",
        "bsdtar --format=pax", "bsdtar --format=gnutar"}) {
    if (!installed(command.substr(0, command.find(' ')))) continue;
    for (const std::string filter : {"cat", "gzip -c", "zstd -qc"}) {
      if (!installed(filter.substr(0, filter.find(' ')))) continue;
      const std::string file = temp.path() + "/made.tar";
      REQUIRE(
          run("LC_ALL=C.UTF-8 " + command + " -cf - -C " + tree + " . | " + filter + " > " + file));
      const std::string bytes = test::file_text(file);
      const oci::Descriptor blob{"", temp.store().put_blob(bytes), bytes.size()};
      const std::string to = temp.path() + "/out" + std::to_string(++number);
      fs::create_directories(to);
      const base::Fd fd = base::open_host_directory(to);
      static_cast<void>(
          read_layer(temp.store(), blob, std::nullopt, fd.get(), TreeForm::plain, {}));
      if (command.find("gnu") != std::string::npos) {  // whole seconds from 1970
        REQUIRE(run("find " + to + " " + tree +
                    " \\( -name 1 -o -name zeros \\) -exec touch -d @1234567890 {} +"));
      }
      CHECK_MESSAGE(test::first_difference(to, tree).empty(),
                    command << ": " << test::first_difference(to, tree));
    }
  }
}

}  // namespace
}  // namespace cooper::layer
