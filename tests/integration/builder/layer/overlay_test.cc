// Needs root: what happens on a real overlay becomes a layer, and the layers unpacked again look
// the same.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdlib>

#include "base/error.h"
#include "base/file_at.h"
#include "builder/layer/layer_forms.h"
#include "builder/layer/layer_reader.h"
#include "builder/layer/tree_diff.h"
#include "layer_fixture.h"
#include "tar_bytes.h"
#include "tree_text.h"

namespace cooper::layer {
namespace {

namespace fs = std::filesystem;

// Mounts of this process alone.
void enter_own_mounts() {
  static const bool done = [] {
    return ::unshare(CLONE_NEWNS) == 0 &&
           ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
  }();
  REQUIRE_MESSAGE(done, "this test needs root and mount namespaces");
}

class Overlay {
 public:
  Overlay(const std::string& work, const std::vector<std::string>& lower_first)
      : at_(work + "/merged"), upper_(work + "/upper") {
    for (const std::string& directory : {at_, upper_, work + "/work"})
      fs::create_directories(directory);
    std::string lower;
    for (auto layer = lower_first.rbegin(); layer != lower_first.rend(); ++layer)
      lower += (lower.empty() ? "" : ":") + *layer;
    const std::string options = "lowerdir=" + lower + ",upperdir=" + upper_ + ",workdir=" + work +
                                "/work,redirect_dir=off,metacopy=off,index=off";
    REQUIRE_MESSAGE(::mount("overlay", at_.c_str(), "overlay", 0, options.c_str()) == 0,
                    std::strerror(errno));
  }
  ~Overlay() { ::umount2(at_.c_str(), MNT_DETACH); }
  Overlay(const Overlay&) = delete;
  Overlay& operator=(const Overlay&) = delete;

  [[nodiscard]] const std::string& at() const { return at_; }
  [[nodiscard]] const std::string& upper() const { return upper_; }

 private:
  std::string at_, upper_;
};

void shell(const std::string& directory, const std::string& commands) {
  const std::string script = "cd '" + directory + "' && set -e\n" + commands;
  REQUIRE(::system(("/bin/sh -c '" +
                    [&] {
                      std::string quoted;
                      for (const char c : script)
                        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
                      return quoted;
                    }() +
                    "'")
                       .c_str()) == 0);
}

WrittenLayer write_whole(store::Store& store, const std::string& root,
                         const LayerOptions& options = {}) {
  const base::Fd fd = base::open_host_directory(root);
  return write_tree_diff(store, fd.get(), LayerStack(), {}, options);
}

std::string unpack(store::Store& store, const WrittenLayer& layer, const std::string& to,
                   TreeForm form) {
  fs::create_directories(to);
  const base::Fd fd = base::open_host_directory(to);
  const ReadLayer read = read_layer(store, layer.blob, layer.diff_id, fd.get(), form, {});
  CHECK(read.oddities.empty());
  return to;
}

LayerStack stack_of(const std::vector<const WrittenLayer*>& layers) {
  std::vector<std::shared_ptr<const LayerIndex>> indexes;
  for (const WrittenLayer* layer : layers)
    indexes.push_back(std::make_shared<const LayerIndex>(layer->index));
  return LayerStack(std::move(indexes));
}

constexpr const char* kBase = R"(
  mkdir -p etc/d usr/lib var/empty old/deep/er gone opaque/in keep
  echo a > etc/a; echo b > etc/b; ln etc/b etc/b2; ln -s usr/lib lib; echo x > usr/lib/x
  echo 1 > old/deep/er/1; echo g > gone/g; echo o > opaque/in/o; echo k > keep/k
  mkfifo pipe; mknod null c 1 3; chmod 4755 etc/a; chown 1234:4321 etc/b; chmod 1777 var/empty
  mkdir closed; echo c > closed/c; chmod 000 closed
  touch -d @1500000000.123456789 keep/k)";

constexpr const char* kChange = R"(
  echo changed > etc/a; rm etc/b; mkdir -p new/sub; echo n > new/sub/n; ln new/sub/n new/n2
  rm -r gone; rm -r opaque; mkdir opaque; echo fresh > opaque/fresh
  rm -r old; echo file > old; rm lib; mkdir lib; echo l > lib/l
  chmod 700 keep; ln -s nowhere etc/link; rm pipe; mkdir pipe; echo p > pipe/p
  touch tmp; rm tmp; chown 5:6 null; echo s > closed/s)";

TEST_CASE("an overlay's changes become a layer; unpacked in either form it gives the same tree") {
  enter_own_mounts();
  test::TempStore temp;
  const std::string& path = temp.path();
  fs::create_directories(path + "/base");
  shell(path + "/base", kBase);
  CHECK(::setxattr((path + "/base/old").c_str(), "user.note", "hello", 5, 0) == 0);
  CHECK(::setxattr((path + "/base/usr").c_str(), "user.note", "hello", 5, 0) == 0);
  const WrittenLayer base = write_whole(temp.store(), path + "/base");
  const std::string lower = unpack(temp.store(), base, path + "/l0", TreeForm::overlay);
  CHECK(test::first_difference(lower, path + "/base") == "");

  const Overlay overlay(path + "/o", {lower});
  shell(overlay.at(), kChange);
  const base::Fd upper = base::open_host_directory(overlay.upper());
  const WrittenLayer change =
      write_overlay_diff(temp.store(), upper.get(), stack_of({&base}), {}, {});
  CHECK(change.index.find("gone")->type == EntryType::whiteout);
  CHECK(change.index.find("opaque")->opaque);
  CHECK(change.index.find("new/sub/n")->link == "new/n2");
  CHECK(change.index.find("usr") == nullptr);
  CHECK(change.index.find("tmp") == nullptr);

  const std::string second = unpack(temp.store(), change, path + "/l1", TreeForm::overlay);
  const Overlay again(path + "/o2", {lower, second});
  CHECK(test::first_difference(again.at(), overlay.at()) == "");

  const std::string plain = unpack(temp.store(), base, path + "/plain", TreeForm::plain);
  unpack(temp.store(), change, plain, TreeForm::plain);
  CHECK(test::first_difference(plain, overlay.at()) == "");
  const base::Fd root = base::open_host_directory(plain);
  CHECK(write_tree_diff(temp.store(), root.get(), stack_of({&base, &change}), {}, {})
            .index.entries()
            .empty());
}

TEST_CASE("a directory that was only copied up stays out, one with a changed child stays in") {
  enter_own_mounts();
  test::TempStore temp;
  const std::string& path = temp.path();
  fs::create_directories(path + "/base");
  shell(path + "/base",
        "mkdir -p a/b c/d; echo 1 > a/b/1; echo 2 > c/d/2; touch -d @1500000000 a/b a c/d c");
  const WrittenLayer base = write_whole(temp.store(), path + "/base");
  const Overlay overlay(path + "/o", {path + "/base"});
  shell(overlay.at(), "touch a/b/tmp; rm a/b/tmp; touch -d @1500000000 a/b; echo 3 >> c/d/2");
  const base::Fd upper = base::open_host_directory(overlay.upper());
  const WrittenLayer change =
      write_overlay_diff(temp.store(), upper.get(), stack_of({&base}), {}, {});
  CHECK(change.index.find("a") == nullptr);
  CHECK(change.index.find("c") != nullptr);
  CHECK(change.index.find("c/d/2") != nullptr);
  CHECK(change.index.entries().size() == 3);
}

TEST_CASE("nothing changed: an empty layer") {
  enter_own_mounts();
  test::TempStore temp;
  fs::create_directories(temp.path() + "/base/a");
  const WrittenLayer base = write_whole(temp.store(), temp.path() + "/base");
  const Overlay overlay(temp.path() + "/o", {temp.path() + "/base"});
  const base::Fd upper = base::open_host_directory(overlay.upper());
  CHECK(write_overlay_diff(temp.store(), upper.get(), stack_of({&base}), {}, {})
            .index.entries()
            .empty());
}

TEST_CASE("marks of overlays mounted otherwise are refused") {
  test::TempStore temp;
  const std::string upper = temp.path() + "/upper";
  fs::create_directories(upper + "/d");
  REQUIRE(::setxattr((upper + "/d").c_str(), "trusted.overlay.redirect", "/x", 2, 0) == 0);
  const base::Fd fd = base::open_host_directory(upper);
  CHECK_THROWS_WITH_AS((void)write_overlay_diff(temp.store(), fd.get(), LayerStack(), {}, {}),
                       doctest::Contains("redirect"), base::Error);
}

TEST_CASE("one layer in another compression") {
  test::TempStore temp;
  fs::create_directories(temp.path() + "/base");
  shell(temp.path() + "/base", "seq 100000 > numbers");
  LayerOptions options;
  const WrittenLayer layer = write_whole(temp.store(), temp.path() + "/base", options);
  for (const Compression compression : {Compression::zstd, Compression::none, Compression::gzip}) {
    options.compression = compression;
    const auto blob = ensure_layer_form(temp.store(), layer.diff_id, options, {});
    CHECK(blob.media_type == media_type(compression));
    CHECK(read_layer(temp.store(), blob, layer.diff_id, -1, TreeForm::overlay, {}).diff_id ==
          layer.diff_id);
  }
  CHECK(find_layer(temp.store(), layer.diff_id)->blobs.size() == 3);
}

}  // namespace
}  // namespace cooper::layer
