#include "builder/cache/change.h"

#include <doctest/doctest.h>

#include "builder/cache/copied_path.h"
#include "builder/cache/secret_name.h"

using namespace cooper::cache;  // NOLINT(google-build-using-namespace)

namespace {

const std::string kHash = std::string(64, 'a');
const std::string kFacts = "file 0644 0:0 3 sha256:" + kHash;

// The one change between two keys that differ in one part.
Change only(const KeyPart& before, const KeyPart& after, const std::vector<KeyPart>& common = {}) {
  std::vector<KeyPart> a = common, b = common;
  a.push_back(before);
  b.push_back(after);
  const auto changes = changes_between(a, b);
  REQUIRE(changes.size() == 1);
  return changes.front();
}

std::string file_text(const std::string& before, const std::string& after) {
  return only({"file 0:/a.php", before}, {"file 0:/a.php", after}, {{"source 0", "path src"}}).text;
}

}  // namespace

TEST_CASE("each kind of input is named by its kind and by what it is") {
  CHECK(only({"env A", "1"}, {"env A", "2"}).text == "variable A changed: '1' -> '2'");
  CHECK(only({"env A", "1"}, {"env A", "2"}).kind == ChangeKind::variable);
  CHECK(only({"user", "a"}, {"user", "b"}).text == "user changed: 'a' -> 'b'");
  CHECK(only({"user", "a"}, {"user", "b"}).kind == ChangeKind::setting);
  CHECK(only({"platform", "linux/amd64"}, {"platform", "linux/arm64"}).kind == ChangeKind::setting);
  CHECK(only({"SOURCE_DATE_EPOCH", "1"}, {"SOURCE_DATE_EPOCH", "2"}).text ==
        "SOURCE_DATE_EPOCH changed: '1' -> '2'");
  CHECK(only({"argument 2", "make"}, {"argument 2", "make all"}).text ==
        "the command changed: 'make' -> 'make all'");
  CHECK(only({"argument 2", "make"}, {"argument 2", "x"}).kind == ChangeKind::instruction);
  CHECK(only({"script EOF", "a"}, {"script EOF", "b"}).text == "the here-document EOF changed");
  CHECK(only({"destination", "/a"}, {"destination", "/b"}).text ==
        "destination changed: '/a' -> '/b'");
  CHECK(only({"chmod", ""}, {"chmod", "0644"}).kind == ChangeKind::instruction);
  CHECK(only({"mount 0 content", "x"}, {"mount 0 content", "y"}).text ==
        "the files of mount 0 changed");
  CHECK(
      only({"mount 0 content", "x"}, {"mount 0 content", "y"}, {{"mount 0 target", "/src"}}).text ==
      "the files of the mount at /src changed");
  CHECK(only({"mount 0 target", "x"}, {"mount 0 target", "y"}).kind == ChangeKind::mount);
  CHECK(only({"parent", "x"}, {"parent", "y"}).kind == ChangeKind::parent);
}

TEST_CASE("a file is named as the Dockerfile's author knows it") {
  CHECK(file_text(kFacts, "file 0644 0:0 3 sha256:" + std::string(64, 'b')) == "src/a.php changed");
  CHECK(file_text(kFacts, "file 0664 0:0 3 sha256:" + kHash) == "src/a.php mode 0644 -> 0664");
  CHECK(file_text(kFacts, "file 0644 1:2 3 sha256:" + kHash) == "src/a.php owner 0:0 -> 1:2");
  CHECK(file_text(kFacts, "link 0777 0:0 -> 1:b") ==
        "src/a.php is another kind of file: file -> link");
  CHECK(file_text("link 0777 0:0 -> 1:a", "link 0777 0:0 -> 1:b") == "src/a.php points elsewhere");
  CHECK(file_text(kFacts, "file 0644 0:0 3 xattr 1:a1:b sha256:" + kHash) ==
        "src/a.php has other extended attributes");
  const std::vector<KeyPart> without = {{"source 0", "path ."}};
  std::vector<KeyPart> with = without;
  with.push_back({"file 0:/new.php", kFacts});
  CHECK(changes_between(without, with).at(0).text == "new.php is new");
  CHECK(changes_between(with, without).at(0).text == "new.php is gone");
}

TEST_CASE("places of files") {
  const CopiedPaths two(
      std::vector<KeyPart>{{"source 0", "path ./lib/"}, {"source 1", "path etc/conf"}});
  CHECK(two.shown("0:/x/y") == "lib/x/y");
  CHECK(two.shown("0:") == "lib");
  CHECK(two.shown("1:conf") == "etc/conf");
  CHECK(two.shown("lib") == "lib");
  const CopiedPaths pattern(std::vector<KeyPart>{{"source 0", "path etc/*.conf"}});
  CHECK(pattern.shown("3:a.conf") == "etc/a.conf");
  CHECK(pattern.shown("1:/x") == "x");
}

TEST_CASE("values of secrets are not shown") {
  for (const char* name : {"TOKEN", "NPM_TOKEN", "db_password", "API_KEY", "AUTH"}) {
    CAPTURE(name);
    const std::string part = std::string("env ") + name;
    const Change change = only({part, "old-value"}, {part, "new-value"});
    CHECK(change.text == std::string("variable ") + name + " changed (value not shown)");
    CHECK((change.before + change.after).empty());
    const auto added = changes_between({}, {{part, "new-value"}});
    CHECK(added.at(0).text.find("new-value") == std::string::npos);
  }
  CHECK_FALSE(is_secret_name("KEYBOARD"));
  CHECK_FALSE(is_secret_name("PUBLIC_KEY"));
  CHECK_FALSE(is_secret_name("PASSWORD_FILE"));
  CHECK_FALSE(is_secret_name(""));
}

TEST_CASE("causes come before what they brought along") {
  const auto changes = changes_between(
      {{"parent", "1"}, {"env A", "1"}, {"file 0:a", kFacts}, {"destination", "/a"}},
      {{"parent", "2"}, {"env A", "2"}, {"file 0:a", "file 0600 0:0 3"}, {"destination", "/b"}});
  REQUIRE(changes.size() == 4);
  CHECK(changes[0].kind == ChangeKind::instruction);
  CHECK(changes[1].kind == ChangeKind::file);
  CHECK(changes[2].kind == ChangeKind::variable);
  CHECK(changes[3].kind == ChangeKind::parent);
  CHECK(summary(changes) == "destination changed: '/a' -> '/b' and 2 more");
  CHECK(summary({changes[3]}) == "the step before it gave another result");
  CHECK(summary({}).empty());
}

TEST_CASE("control bytes and long values are made safe") {
  const Change change = only({"env A", "\x1b[31m"}, {"env A", std::string(500, 'x')});
  CHECK(change.before == "\\x1b[31m");
  CHECK(change.after.size() == 120);
}
