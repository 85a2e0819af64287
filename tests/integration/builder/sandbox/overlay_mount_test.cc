// Both of the kernel's interfaces give the same overlay.
#include "builder/sandbox/overlay_mount.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <exception>

#include "builder/sandbox/mount_calls.h"
#include "tests/integration/builder/sandbox/box.h"

using namespace cooper;
using namespace cooper::sandbox;
namespace fs = std::filesystem;

namespace {

// In a mount namespace of its own: 0 when the stack's topmost file is seen and the upper directory
// takes writes.
int try_overlay(const Overlay& overlay, OverlayInterface interface) {
  if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    return 2;
  const base::Fd scratch = new_filesystem("tmpfs", {}, 0);
  attach(scratch.get(), open("/mnt", O_PATH | O_DIRECTORY), "/mnt");
  const base::Fd root = mount_overlay(overlay, scratch.get(), interface);
  char text[8] = {};
  const base::Fd file(openat(root.get(), "file", O_RDONLY));
  if (read(file.get(), text, sizeof text) != 3 || std::string(text) != "top") return 3;
  const base::Fd made(openat(root.get(), "made", O_CREAT | O_WRONLY, 0644));
  return made ? 0 : 4;
}

int in_child(const Overlay& overlay, OverlayInterface interface) {
  const pid_t pid = fork();
  if (pid == 0) {
    try {
      _exit(try_overlay(overlay, interface));
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
      _exit(5);
    }
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return status;
}

}  // namespace

TEST_CASE("an overlay of five hundred layers by either interface") {
  const Box box;
  Overlay overlay;
  for (int i = 0; i < 500; ++i) {
    const std::string name =
        "layers/with, comma and: colon " + std::string(40, 'x') + std::to_string(i);
    fs::create_directories(box.top() / name);
    overlay.lowers.push_back((box.top() / name).string());
  }
  box.write(fs::relative(overlay.lowers.front(), box.top()).string() + "/file", "top");
  box.write(fs::relative(overlay.lowers.back(), box.top()).string() + "/file", "bottom");
  overlay.upper = box.upper().string();
  overlay.work = (box.top() / "work").string();
  overlay.userxattr = machine().overlay_userxattr;
  for (const auto interface : {OverlayInterface::automatic, OverlayInterface::option_string}) {
    CAPTURE(static_cast<int>(interface));
    CHECK(in_child(overlay, interface) == 0);
    CHECK(fs::exists(box.upper() / "made"));
    box.renew();
  }
}
