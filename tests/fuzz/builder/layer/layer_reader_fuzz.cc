// Any bytes as a layer, unpacked beside a directory that must not change. The first byte chooses:
// as they are, or cut into tar blocks with right checksums, so that the rules behind the checksum
// are reached.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/error.h"
#include "base/file_at.h"
#include "builder/layer/layer_reader.h"
#include "builder/layer/layer_stack.h"

namespace {

namespace fs = std::filesystem;
using namespace cooper;

struct Place {
  std::string path = "/dev/shm/cooper-fuzz-XXXXXX";
  Place() {
    if (::mkdtemp(path.data()) == nullptr) std::abort();
    fs::create_directories(path + "/canary");
    std::ofstream(path + "/canary/secret") << "secret";
  }
  ~Place() { fs::remove_all(path); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  void check() const {
    struct stat status {};
    const bool same =
        ::stat((path + "/canary/secret").c_str(), &status) == 0 && status.st_size == 6 &&
        status.st_nlink == 1 &&
        std::distance(fs::directory_iterator(path + "/canary"), fs::directory_iterator()) == 1 &&
        std::distance(fs::directory_iterator(path), fs::directory_iterator()) <= 3;
    if (!same) std::abort();
  }
};

void repair_checksums(std::string& tar) {
  tar.resize((tar.size() + 511) / 512 * 512);
  for (std::size_t at = 0; at < tar.size(); at += 512) {
    std::memset(tar.data() + at + 148, ' ', 8);
    unsigned sum = 0;
    for (std::size_t i = 0; i < 512; ++i) sum += static_cast<unsigned char>(tar[at + i]);
    std::snprintf(tar.data() + at + 148, 8, "%06o", sum);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Place place;
  static store::Store store = store::Store::open(place.path + "/store");
  if (size == 0) return 0;
  std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if ((data[0] & 1) != 0) repair_checksums(bytes);
  const layer::TreeForm form =
      (data[0] & 2) != 0 ? layer::TreeForm::plain : layer::TreeForm::overlay;
  layer::ReadOptions options;
  options.limits.tar_bytes = 1 << 20;
  options.limits.entries = 1000;
  const oci::Descriptor blob{"", store.put_blob(bytes), bytes.size()};
  fs::create_directories(place.path + "/root");
  try {
    const base::Fd root = base::open_host_directory(place.path + "/root");
    const layer::ReadLayer read =
        layer::read_layer(store, blob, std::nullopt, root.get(), form, {}, options);
    const auto again = layer::parse_layer_index(layer::serialize(read.index));
    if (again.entries() != read.index.entries()) std::abort();
    const layer::LayerStack stack({std::make_shared<const layer::LayerIndex>(again)});
    stack.walk("", [](const std::string&, const layer::Found&) { return true; });
  } catch (const base::Error&) {
  }
  const base::Fd top = base::open_host_directory(place.path);
  base::remove_tree_at(top.get(), "root");
  ::unlinkat(store.root_fd(), ("blobs/sha256/" + blob.digest.hex()).c_str(), 0);
  place.check();
  return 0;
}
