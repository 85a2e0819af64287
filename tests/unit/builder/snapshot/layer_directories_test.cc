// Layers as directories; how overlayfs shows them is for tests/e2e.
#include "builder/snapshot/layer_directories.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "../layer/layer_fixture.h"
#include "../layer/tar_bytes.h"
#include "base/error.h"
#include "base/file_at.h"
#include "builder/layer/layer_forms.h"

namespace cooper::snapshot {
namespace {

using layer::test::RawMember;

struct Box {
  layer::test::TempStore temp;
  LayerDirectories made{temp.store(), Flavor::overlay};
  std::map<oci::DiffId, oci::Descriptor> blobs;
  std::vector<oci::DiffId> layers;

  void add(const std::vector<RawMember>& members) {
    const std::string tar = layer::test::tar_of(members);
    const oci::Descriptor blob = layer::test::store_tar(temp.store(), tar);
    layers.push_back(oci::DiffId::of_bytes(tar));
    blobs.emplace(layers.back(), blob);
  }
  std::vector<std::string> directories() { return made.stack(layers, blob(), {}); }
  std::string read(const oci::DiffId& layer, const std::string& path) {
    base::FdSource source(made.open_file(layer, path, blob(), {}), path);
    return base::read_all(source, 1 << 20, path);
  }
  BlobNeeded blob() {
    return [this](const oci::DiffId& id) { return blobs.at(id); };
  }
};

std::string text(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

mode_t mode(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777U : 0;
}

TEST_CASE("a directory that is only implied looks as the lower layer's") {
  Box box;
  box.add({{"tmp/", '5', "", "", 01777}, {"var/", '5', "", "", 0750}});
  box.add({{"tmp/a", '0', "1"}});
  box.add({{"tmp/b", '0', "2"}, {"new/c", '0', "3"}});
  const auto directories = box.directories();
  CHECK(mode(directories[1] + "/tmp") == 01777);
  CHECK(mode(directories[2] + "/tmp") == 01777);
  CHECK(mode(directories[2] + "/new") == 0755);
  CHECK(text(directories[2] + "/tmp/b") == "2");
  CHECK(box.directories() == directories);
}

TEST_CASE("the lowest layer is put on disk once, whatever it only implies") {
  Box box;
  box.add({{"usr/bin/tool", '0', "1"}, {"etc/passwd", '0', "2"}});
  int reads = 0;
  const BlobNeeded blob = [&](const oci::DiffId& id) {
    ++reads;
    return box.blobs.at(id);
  };
  const auto directories = box.made.stack(box.layers, blob, {});
  REQUIRE(directories.size() == 1);
  CHECK(text(directories[0] + "/usr/bin/tool") == "1");
  CHECK(mode(directories[0] + "/usr") == 0755);
  CHECK(reads == 1);
  CHECK(box.made.stack(box.layers, blob, {}) == directories);
  CHECK(reads == 1);
}

TEST_CASE("one layer on two stacks") {
  Box first;
  first.add({{"d/", '5', "", "", 0700}});
  first.add({{"d/f", '0', "1"}});
  Box second;
  second.add({{"d/", '5', "", "", 0711}});
  second.add({{"d/f", '0', "1"}});
  first.blobs.insert(second.blobs.begin(), second.blobs.end());
  layer::test::store_tar(first.temp.store(), layer::test::tar_of({{"d/", '5', "", "", 0711}}));
  const auto blob = first.blob();
  CHECK(mode(first.made.stack(first.layers, blob, {})[1] + "/d") == 0700);
  CHECK(mode(first.made.stack(second.layers, blob, {})[1] + "/d") == 0711);
}

TEST_CASE("a hard link to a file of a lower layer has its bytes and attributes") {
  Box box;
  box.add({{"bin/", '5', "", "", 0755}, {"bin/tool", '0', "program", "", 0755}});
  box.add({{"opt/", '5', "", "", 0755}, {"opt/tool", '1', "", "bin/tool"}});
  box.add({{"usr/", '5', "", "", 0755}, {"usr/tool", '1', "", "opt/tool"}});
  const auto directories = box.directories();
  CHECK(text(directories[1] + "/opt/tool") == "program");
  CHECK(mode(directories[1] + "/opt/tool") == 0755);
  CHECK(text(directories[2] + "/usr/tool") == "program");
}

TEST_CASE("a hard link to nothing is refused; the layer's own files can still be read") {
  Box box;
  box.add({{"a", '0', "1"}, {"b", '1', "", "gone"}});
  CHECK_THROWS_AS(box.directories(), base::Error);
  CHECK(box.read(box.layers[0], "a") == "1");
}

// A layer as LayerWriter makes it.
layer::WrittenLayer write_made(Box& box, const std::map<std::string, std::string>& files) {
  layer::LayerWriter writer(box.temp.store(), {});
  std::set<std::string> directories;
  for (const auto& [path, content] : files) {
    for (std::size_t at = path.find('/'); at != std::string::npos; at = path.find('/', at + 1)) {
      if (directories.insert(path.substr(0, at)).second)
        writer.add(layer::test::dir(path.substr(0, at)), nullptr);
    }
    base::StringSource source(content);
    writer.add(layer::test::file(path, content.size()), &source);
  }
  layer::WrittenLayer written = writer.finish();
  box.blobs.emplace(written.diff_id, written.blob);
  return written;
}

oci::DiffId write_layer(Box& box, const std::map<std::string, std::string>& files) {
  return write_made(box, files).diff_id;
}

std::map<std::string, std::string> site() {
  std::map<std::string, std::string> files;
  for (char name = 'a'; name <= 'z'; ++name) files[std::string("app/") + name] = "old";
  return files;
}

TEST_CASE("a layer that is nearly another one is put over it") {
  Box box;
  auto files = site();
  const oci::DiffId before = write_layer(box, files);
  box.made.set_line(before, "COPY");
  const auto whole = box.made.stack(std::span(&before, 1), box.blob(), {});
  files["app/c"] = "new";
  files.erase("app/d");
  const oci::DiffId after = write_layer(box, files);
  box.made.set_line(after, "COPY");
  const auto stack = box.made.stack(std::span(&after, 1), box.blob(), {});
  REQUIRE(stack.size() == 2);
  CHECK(stack[0] == whole[0]);
  CHECK(text(stack[1] + "/app/c") == "new");
  struct stat status {};
  REQUIRE(::lstat((stack[1] + "/app/d").c_str(), &status) == 0);
  CHECK(S_ISCHR(status.st_mode));
  CHECK(::lstat((stack[1] + "/app/a").c_str(), &status) != 0);
  CHECK(box.read(after, "app/a") == "old");
  CHECK(box.read(after, "app/c") == "new");
  CHECK(box.made.stack(std::span(&after, 1), box.blob(), {}) == stack);

  SUBCASE("unless what it removes is also in a layer below") {
    const oci::DiffId base = write_layer(box, {{"app/d", "below"}});
    const std::vector<oci::DiffId> layers{base, after};
    CHECK(box.made.stack(layers, box.blob(), {}).size() == 2);
    CHECK(::lstat((box.made.stack(layers, box.blob(), {})[1] + "/app/a").c_str(), &status) == 0);
  }
  SUBCASE("again when the other one was removed") {
    std::filesystem::remove_all(std::filesystem::path(whole[0]).parent_path());
    const auto again = box.made.stack(std::span(&after, 1), box.blob(), {});
    REQUIRE(again.size() == 1);
    CHECK(text(again[0] + "/app/a") == "old");
  }
  SUBCASE("and the next one over the same directory") {
    files["app/e"] = "newer";
    const oci::DiffId next = write_layer(box, files);
    box.made.set_line(next, "COPY");
    const auto third = box.made.stack(std::span(&next, 1), box.blob(), {});
    REQUIRE(third.size() == 2);
    CHECK(third[0] == whole[0]);
    CHECK(text(third[1] + "/app/c") == "new");
    CHECK(text(third[1] + "/app/e") == "newer");
  }
}

TEST_CASE("a layer that was just made needs no blob for its directory") {
  Box box;
  auto files = site();
  const oci::DiffId before = write_layer(box, files);
  box.made.set_line(before, "COPY");
  static_cast<void>(box.made.stack(std::span(&before, 1), box.blob(), {}));
  files["app/c"] = "new";
  files.erase("app/d");
  const layer::WrittenLayer after = write_made(box, files);
  const auto no_blob = [](const oci::DiffId&) -> oci::Descriptor {
    throw base::Error(base::ErrorKind::failure, "read", "a blob", "none is needed");
  };

  SUBCASE("when its bytes are to be had") {
    const auto content = [&](const std::string& path) {
      return std::make_unique<base::StringSource>(files.at(path));
    };
    box.made.add_made(after.diff_id, after.index, "COPY", content, {});
    const auto at_once = box.made.stack(std::span(&after.diff_id, 1), no_blob, {});
    REQUIRE(at_once.size() == 2);
    CHECK(text(at_once[1] + "/app/c") == "new");
    struct stat made {
    }, read{};
    REQUIRE(::lstat((at_once[1] + "/app/d").c_str(), &made) == 0);
    CHECK(S_ISCHR(made.st_mode));
    CHECK(::lstat((at_once[1] + "/app/a").c_str(), &made) != 0);
    REQUIRE(::lstat((at_once[1] + "/app").c_str(), &made) == 0);
    // As when it is unpacked from the blob.
    std::filesystem::remove_all(std::filesystem::path(at_once[1]).parent_path());
    box.made.set_line(after.diff_id, "COPY");
    const auto unpacked = box.made.stack(std::span(&after.diff_id, 1), box.blob(), {});
    REQUIRE(unpacked == at_once);
    REQUIRE(::lstat((unpacked[1] + "/app").c_str(), &read) == 0);
    CHECK(made.st_mode == read.st_mode);
    CHECK(made.st_uid == read.st_uid);
    CHECK(made.st_mtim.tv_sec == read.st_mtim.tv_sec);
  }
  SUBCASE("but not with bytes that have changed since") {
    const auto content = [&](const std::string&) {
      return std::make_unique<base::StringSource>("odd");
    };
    box.made.add_made(after.diff_id, after.index, "COPY", content, {});
    CHECK_THROWS_AS(static_cast<void>(box.made.stack(std::span(&after.diff_id, 1), no_blob, {})),
                    base::Error);
  }
  SUBCASE("nor when they are gone") {
    const auto content = [&](const std::string&) { return nullptr; };
    box.made.add_made(after.diff_id, after.index, "COPY", content, {});
    CHECK_THROWS_AS(static_cast<void>(box.made.stack(std::span(&after.diff_id, 1), no_blob, {})),
                    base::Error);
  }
}

TEST_CASE("a layer of another line, or very different, is put on disk whole") {
  Box box;
  const oci::DiffId before = write_layer(box, site());
  box.made.set_line(before, "COPY");
  static_cast<void>(box.made.stack(std::span(&before, 1), box.blob(), {}));
  auto files = site();
  files["app/c"] = "new";
  const oci::DiffId other = write_layer(box, files);
  box.made.set_line(other, "another COPY");
  CHECK(box.made.stack(std::span(&other, 1), box.blob(), {}).size() == 1);
  for (auto& [path, content] : files) content = "different";
  const oci::DiffId different = write_layer(box, files);
  box.made.set_line(different, "COPY");
  CHECK(box.made.stack(std::span(&different, 1), box.blob(), {}).size() == 1);
}

}  // namespace
}  // namespace cooper::snapshot
