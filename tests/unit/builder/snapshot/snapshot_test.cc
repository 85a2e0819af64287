// Layers that cannot be put on disk by themselves; the rest needs an overlay (tests/integration).
#include "builder/snapshot/snapshot.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>
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
  Snapshots snapshots{temp.store(), Flavor::overlay};
  std::map<oci::DiffId, oci::Descriptor> blobs;
  std::vector<oci::DiffId> layers;

  void add(const std::vector<RawMember>& members) {
    const std::string tar = layer::test::tar_of(members);
    const oci::Descriptor blob = layer::test::store_tar(temp.store(), tar);
    layers.push_back(oci::DiffId::of_bytes(tar));
    blobs.emplace(layers.back(), blob);
  }
  std::vector<std::string> directories() { return snapshots.directories(layers, blob(), {}); }
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
  CHECK(mode(first.snapshots.directories(first.layers, blob, {})[1] + "/d") == 0700);
  CHECK(mode(first.snapshots.directories(second.layers, blob, {})[1] + "/d") == 0711);
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
  CHECK(text(box.snapshots.files_of(box.layers[0], box.blob(), {}) + "/a") == "1");
}

}  // namespace
}  // namespace cooper::snapshot
