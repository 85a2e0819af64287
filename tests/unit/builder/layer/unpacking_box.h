// A layer unpacked into a root of its own, beside a directory that must never change.
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include "base/error.h"
#include "base/file_at.h"
#include "builder/layer/layer_reader.h"
#include "layer_fixture.h"
#include "tar_bytes.h"

namespace cooper::layer {
namespace {

namespace fs = std::filesystem;
using test::octal;
using test::RawMember;
using test::store_tar;
using test::tar_of;

// A store, a root to unpack into, and beside it a directory that must never change.
class Box {
 public:
  Box() {
    fs::create_directories(root());
    fs::create_directories(canary());
    std::ofstream(canary() + "/secret") << "do not touch";
    fs::permissions(canary() + "/secret", fs::perms::owner_read | fs::perms::owner_write);
    fs::permissions(canary(), fs::perms::owner_all);
  }
  ~Box() {
    std::ifstream secret(canary() + "/secret");
    std::stringstream text;
    text << secret.rdbuf();
    CHECK(text.str() == "do not touch");
    struct stat status {};
    REQUIRE(::stat((canary() + "/secret").c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0600);
    CHECK(status.st_nlink == 1);
    REQUIRE(::stat(canary().c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0700);
    CHECK(std::distance(fs::directory_iterator(canary()), fs::directory_iterator()) == 1);
    ::system(("chmod -R u+rwx " + root()).c_str());
  }
  Box(const Box&) = delete;
  Box& operator=(const Box&) = delete;

  [[nodiscard]] std::string root() const { return temp_.path() + "/root"; }
  [[nodiscard]] std::string canary() const { return temp_.path() + "/canary"; }
  [[nodiscard]] std::string at(const std::string& path) const { return root() + "/" + path; }
  [[nodiscard]] std::string text(const std::string& path) const {
    std::ifstream in(at(path));
    std::stringstream out;
    out << in.rdbuf();
    return out.str();
  }
  [[nodiscard]] struct stat status(const std::string& path) const {
    struct stat result {};
    REQUIRE_MESSAGE(::lstat(at(path).c_str(), &result) == 0, path);
    return result;
  }
  [[nodiscard]] bool has(const std::string& path) const {
    return fs::symlink_status(at(path)).type() != fs::file_type::not_found;
  }

  // Plain form needs no privileges; the overlay form is tested as root.
  ReadLayer unpack(const std::string& tar, const ReadOptions& options = {},
                   TreeForm form = TreeForm::plain) {
    const base::Fd directory = base::open_host_directory(root());
    return read_layer(temp_.store(), store_tar(temp_.store(), tar), std::nullopt, directory.get(),
                      form, {}, options);
  }
  ReadLayer unpack(const std::vector<RawMember>& members) { return unpack(tar_of(members)); }
  [[nodiscard]] store::Store& store() { return temp_.store(); }

 private:
  test::TempStore temp_;
};

base::ErrorKind refusal(const std::string& tar, const ReadOptions& options = {}) {
  Box box;
  try {
    static_cast<void>(box.unpack(tar, options));
  } catch (const base::Error& error) {
    return error.kind();
  }
  FAIL("it was accepted");
  return base::ErrorKind::failure;
}

void refused(const std::vector<RawMember>& members,
             base::ErrorKind kind = base::ErrorKind::corrupt) {
  CHECK(refusal(tar_of(members)) == kind);
}

}  // namespace
}  // namespace cooper::layer
