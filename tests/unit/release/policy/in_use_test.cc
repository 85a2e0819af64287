#include "release/policy/in_use.h"

#include <doctest/doctest.h>

using cooper::oci::Digest;
using cooper::release::find_in_use;
using cooper::release::InUse;
using Tags = std::set<std::string>;

namespace {

const std::string kDigest = Digest::of_bytes("running").to_string();

}  // namespace

TEST_CASE("the output of kubectl, in each of its forms") {
  const InUse json = find_in_use(
      R"({"items":[{"spec":{"containers":[{"image":"reg.example/team/site:app-v1.2.3"}]},)"
      R"("status":{"containerStatuses":[{"imageID":"reg.example/team/site@)" +
          kDigest + R"("}]}}]})",
      "team/site");
  CHECK(json.tags == Tags{"app-v1.2.3"});
  CHECK(json.digests == std::set<Digest>{Digest::of_bytes("running")});

  const InUse yaml = find_in_use(
      "containers:\n- name: app\n  image: reg.example:5000/team/site:app-v1.2.3\n"
      "- image: \"mirror.example/team/site:horizon-V1.0.0-RC1@" +
          kDigest +
          "\"\n"
          "- image: reg.example/other/site:app-v9.9.9\n- image: nginx:1.30\n",
      "team/site");
  CHECK(yaml.tags == Tags{"app-v1.2.3", "horizon-v1.0.0-rc1"});
  CHECK(yaml.digests.size() == 1);

  const InUse words = find_in_use(
      "NAME  IMAGES\napp   reg.example/team/site:app-v2,nginx:1\nold   team/site:app-v1\n",
      "team/site");
  CHECK(words.tags == Tags{"app-v1", "app-v2"});
}

TEST_CASE("a list of references, tags and digests") {
  const InUse list = find_in_use(
      "# what runs\napp-v1.2.3\r\n\n  horizon-v1.0.0  \nreg.example/team/site:app-v7\n" + kDigest +
          "\n",
      "team/site");
  CHECK(list.tags == Tags{"app-v1.2.3", "app-v7", "horizon-v1.0.0"});
  CHECK(list.digests.size() == 1);
}

TEST_CASE("what only looks like it does not count") {
  CHECK(find_in_use("", "team/site").empty());
  CHECK(find_in_use("reg.example/otherteam/site:app-v1", "team/site").empty());
  CHECK(find_in_use("reg.example/team/site-two:app-v1", "team/site").empty());
  CHECK(find_in_use("reg.example/team/site/sub:app-v1", "team/site").empty());
  CHECK(find_in_use("no image of ours runs here", "team/site").empty());
  CHECK(find_in_use("team/site:", "team/site").empty());
  CHECK(find_in_use("team/site@sha256:abc", "team/site").empty());
  // One line that is no tag: then words of other lines are no tags either.
  CHECK(find_in_use("app-v1.2.3\nthis is prose\n", "team/site").empty());
}
