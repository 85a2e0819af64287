#include "builder/engine/digest_files.h"

#include <doctest/doctest.h>

using namespace cooper;
using layer::Entry;
using layer::EntryType;

namespace {

Entry full_entry() {
  Entry entry;
  entry.path = "a";
  entry.mode = 0644;
  entry.size = 5;
  entry.mtime = 100;
  entry.content = base::Sha256Bytes{};
  entry.xattrs["user.a"] = "b";
  return entry;
}

}  // namespace

TEST_CASE("facts are everything but path and times") {
  const std::string facts = engine::facts_of(full_entry());
  Entry same = full_entry();
  same.path = "other";
  same.mtime = 200;
  same.mtime_nanoseconds = 7;
  CHECK(engine::facts_of(same) == facts);
  for (int kind = 0; kind < 9; ++kind) {
    CAPTURE(kind);
    Entry other = full_entry();
    if (kind == 0) other.mode = 0664;
    if (kind == 1) other.uid = 1;
    if (kind == 2) other.gid = 1;
    if (kind == 3) other.size = 6;
    if (kind == 4) (*other.content)[31] = 1;
    if (kind == 5) other.xattrs["user.a"] = "c";
    if (kind == 6) other.xattrs["user.b"] = "";
    if (kind == 7) other.type = EntryType::fifo;
    if (kind == 8) other.xattrs = {{"user.a b", ""}};
    CHECK(engine::facts_of(other) != facts);
  }
}

TEST_CASE("links and devices") {
  Entry link;
  link.type = EntryType::symlink;
  link.link = "x";
  Entry other = link;
  other.link = "y";
  CHECK(engine::facts_of(link) != engine::facts_of(other));
  Entry device;
  device.type = EntryType::character;
  device.device_major = 1;
  Entry second = device;
  second.device_minor = 3;
  CHECK(engine::facts_of(device) != engine::facts_of(second));
}
