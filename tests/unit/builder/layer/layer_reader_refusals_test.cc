// What the layer reader refuses, and what it must not believe.
#include "builder/layer/layer_reader.h"

#include "unpacking_box.h"

namespace cooper::layer {
namespace {

TEST_CASE("owners, times and attributes that cannot be") {
  refused({{"x", '0', "", "", 0644, {}, {}, std::string("\xff\xff\xff\xff\xff\xff\xff\xff", 8)}});
  refused({{"x", '0', "", "", 0644, {{"uid", "4294967296"}}}});
  refused({{"x", '0', "", "", 0644, {{"uid", "4294967295"}}}});
  refused({{"x", '0', "", "", 0644, {{"mtime", "x"}}}});
  Box box;
  const std::string uid = std::to_string(::geteuid());
  const ReadLayer layer =
      box.unpack({{"late", '0', "", "", 0644, {{"mtime", "100000000000000000000.5"}}},
                  {"early", '0', "", "", 0644, {{"mtime", "-1.25"}, {"uid", uid}}},
                  {"attr",
                   '0',
                   "",
                   "",
                   0644,
                   {{"SCHILY.xattr.trusted.overlay.redirect", "/"},
                    {"SCHILY.xattr.user.overlay.opaque", "y"},
                    {"SCHILY.xattr.security.selinux", "s"},
                    {"SCHILY.xattr.user.ok", std::string("a\0=\n", 4)}}}});
  CHECK(layer.index.find("late")->mtime == 253402300799);
  CHECK(layer.index.find("early")->mtime == -2);
  CHECK(layer.index.find("early")->mtime_nanoseconds == 750000000);
  CHECK(layer.index.find("attr")->xattrs ==
        std::map<std::string, std::string>{{"user.ok", std::string("a\0=\n", 4)}});
  CHECK(layer.oddities.kinds().size() >= 3);
}

// security.T21
TEST_CASE("names keep their bytes") {
  Box box;
  const std::string name = "new\nline\x1b[31m\xff::set-env";
  const std::string longer = "long/" + std::string(200, 'n') + "/" + std::string(250, 'm');
  const ReadLayer layer = box.unpack({{name, '0', "1"},
                                      {"l", 'L', longer + '\0'},
                                      {"short", '0', "2"},
                                      {"s", '0', "3", "", 0644, {{"path", "\xc3\xbc/" + longer}}}});
  CHECK(box.text(name) == "1");
  CHECK(box.text(longer) == "2");
  CHECK(box.text("\xc3\xbc/" + longer) == "3");
  CHECK(layer.index.entries().size() == 3);
}

// security.T41 security.T42 security.T43
TEST_CASE("sizes that lie") {
  const std::string inner = test::raw_member({"smuggled", '0', "evil"});
  Box box;
  const ReadLayer layer = box.unpack(
      {{"two", '0', inner, "", 0644, {{"size", std::to_string(inner.size())}}, octal(7, 12)}});
  CHECK(layer.index.entries().size() == 1);
  CHECK(layer.oddities.kinds().size() == 1);
  CHECK(box.text("two") == inner);
  refused({{"x", '0', "", "", 0644, {{"size", "-1"}}}});
  refused({{"x", '0', "", "", 0644, {{"size", "9223372036854775807"}}}}, base::ErrorKind::limit);
  refused(
      {{"x", 'S', "", "", 0644, {}, std::string("\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff", 12)}},
      base::ErrorKind::unsupported);
  refused({{"x", '0', "", "", 0644, {{"GNU.sparse.realsize", "9223372036854775807"}}}},
          base::ErrorKind::unsupported);
  refused({{"x", 'Z'}}, base::ErrorKind::unsupported);
  refused({{"x", 'V'}}, base::ErrorKind::unsupported);
  refused({{"x", 'M'}}, base::ErrorKind::unsupported);
}

TEST_CASE("limits") {
  refused({{"x", '0', "", "", 0644, {{"path", std::string(256, 'a')}}}}, base::ErrorKind::limit);
  std::string deep;
  for (int i = 0; i < 300; ++i) deep += "d/";
  refused({{"x", '0', "", "", 0644, {{"path", deep + "x"}}}}, base::ErrorKind::limit);
  refused({{"x", 'x', "", "", 0644, {}, octal(1 << 30, 12)}}, base::ErrorKind::limit);
  refused({{"x", 'L', "", "", 0644, {}, octal(1 << 30, 12)}}, base::ErrorKind::limit);
  refused({{"x", '0', "", "", 0644, {{"SCHILY.xattr.user.x", std::string(70000, 'x')}}}},
          base::ErrorKind::limit);
  ReadOptions options;
  options.limits.entries = 3;
  CHECK(refusal(tar_of({{"1"}, {"2"}, {"3"}, {"4"}}), options) == base::ErrorKind::limit);
  options.limits = {};
  options.limits.tar_bytes = 4096;
  CHECK(refusal(tar_of({{"1", '0', std::string(4096, 'x')}}), options) == base::ErrorKind::limit);
  CHECK(refusal(tar_of({{"1", '0', std::string(3000, 'x')}, {"2"}}), options) ==
        base::ErrorKind::limit);
}

TEST_CASE("tars that are not whole") {
  const std::string tar = tar_of({{"a", '0', std::string(700, 'x')}, {"b/", '5'}});
  for (const std::size_t size : {100U, 512U, 1000U, 1024U + 200U, 1536U + 100U}) {
    CHECK(refusal(tar.substr(0, size)) == base::ErrorKind::corrupt);
  }
  Box box;
  CHECK(box.unpack(tar.substr(0, 2048)).oddities.kinds().size() == 1);  // ends between two members
  CHECK(box.unpack(std::string()).index.entries().empty());
  CHECK(refusal("this is no tar at all" + std::string(600, 'x')) == base::ErrorKind::corrupt);
  std::string bad = tar;
  bad[0] = 'q';
  CHECK(refusal(bad) == base::ErrorKind::corrupt);
  CHECK(refusal(std::string(512, '\0') + tar) == base::ErrorKind::corrupt);
  CHECK(refusal(test::raw_header({"x", 'x', "", "", 0644, {}, octal(20, 12)}) +
                test::padded("99 path=x\n") + tar) == base::ErrorKind::corrupt);
}

// security.T24
TEST_CASE("what comes after the end is hashed, not unpacked") {
  Box box;
  const std::string tar = tar_of({{"a", '0', "1"}}) + tar_of({{"hidden", '0', "2"}}) + "junk";
  const ReadLayer layer = box.unpack(tar);
  CHECK(layer.index.entries().size() == 1);
  CHECK_FALSE(box.has("hidden"));
  CHECK(layer.diff_id == oci::DiffId::of_bytes(tar));
}

TEST_CASE("size, digest, DiffId and media type must fit") {
  Box box;
  const auto tar = tar_of({{"a", '0', "1"}});
  auto blob = store_tar(box.store(), tar);
  const auto read = [&](const oci::Descriptor& descriptor,
                        const std::optional<oci::DiffId>& expected) {
    static_cast<void>(read_layer(box.store(), descriptor, expected, -1, TreeForm::plain, {}));
  };
  CHECK_NOTHROW(read(blob, oci::DiffId::of_bytes(tar)));
  CHECK_THROWS_AS(read(blob, oci::DiffId::of_bytes("other")), base::Error);
  auto wrong = blob;
  ++wrong.size;
  CHECK_THROWS_AS(read(wrong, std::nullopt), base::Error);
  wrong = blob;
  wrong.media_type = media_type(Compression::gzip);
  CHECK_THROWS_AS(read(wrong, std::nullopt), base::Error);
  wrong.media_type = "application/vnd.oci.image.layer.nondistributable.v1.tar";
  CHECK_NOTHROW(read(wrong, std::nullopt));
  wrong.digest = oci::Digest::of_bytes("absent");
  CHECK_THROWS_AS(read(wrong, std::nullopt), base::Error);
  fs::permissions(box.store().path() + "/blobs/sha256/" + blob.digest.hex(), fs::perms::owner_all);
  std::ofstream(box.store().path() + "/blobs/sha256/" + blob.digest.hex(),
                std::ios::in | std::ios::out)
      << "b";
  CHECK_THROWS_AS(read(blob, std::nullopt), base::Error);
  std::stop_source stop;
  stop.request_stop();
  const auto again = store_tar(box.store(), tar);
  CHECK_THROWS_AS(
      (void)read_layer(box.store(), again, std::nullopt, -1, TreeForm::plain, stop.get_token()),
      base::Error);
}

}  // namespace
}  // namespace cooper::layer
