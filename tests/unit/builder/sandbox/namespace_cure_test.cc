#include "builder/sandbox/namespace_cure.h"

#include <doctest/doctest.h>

#include <map>

namespace cooper::sandbox {
namespace {

using Files = std::map<std::string, std::string>;

std::string cure_of(const Files& files) {
  return user_namespace_cure([&](const std::string& path) -> std::optional<std::string> {
    const auto found = files.find(path);
    if (found == files.end()) return std::nullopt;
    return found->second;
  });
}

TEST_CASE("the setting that forbids user namespaces is named") {
  Files files = {{"/proc/sys/user/max_user_namespaces", "96000\n"},
                 {"/proc/sys/kernel/unprivileged_userns_clone", "1\n"},
                 {"/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n"}};
  CHECK(cure_of(files) == "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0");
  files["/proc/sys/kernel/unprivileged_userns_clone"] = "0\n";
  CHECK(cure_of(files) == "sudo sysctl kernel.unprivileged_userns_clone=1");
  files["/proc/sys/user/max_user_namespaces"] = "0\n";
  CHECK(cure_of(files) == "sudo sysctl user.max_user_namespaces=10000");
}

TEST_CASE("without such a setting a filter is, or nothing is known") {
  CHECK(cure_of({{"/proc/self/status", "Name:\tx\nSeccomp:\t2\nSeccomp_filters:\t1\n"}})
            .find("seccomp=unconfined") != std::string::npos);
  CHECK(cure_of({{"/proc/self/status", "Name:\tx\nSeccomp:\t0\n"}}) == "run cooper as root");
  CHECK(cure_of({}) == "run cooper as root");
}

}  // namespace
}  // namespace cooper::sandbox
