#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file_at.h"
#include "base/random_name.h"
#include "builder/sandbox/launcher.h"
#include "builder/sandbox/sandbox.h"
#include "builder/sandbox/user_namespace.h"

namespace cooper::sandbox {
namespace {

using base::Fd;

constexpr int kNamespaces = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS;

// What the trial process is given and answers; it shares our memory while this thread waits, so it
// only makes system calls.
struct Trial {
  std::string directory;  // with lower, upper and work in it
  bool userxattr = false;
  int mount_error = 0, overlay_error = 0;
};

int overlay_error(const Trial& trial) {
  const char* options = trial.userxattr ? "lowerdir=lower,upperdir=upper,workdir=work,userxattr"
                                        : "lowerdir=lower,upperdir=upper,workdir=work";
  if (chdir(trial.directory.c_str()) != 0) return errno;
  return mount("overlay", "lower", "overlay", 0, options) == 0 ? 0 : errno;
}

int try_mounts(void* argument) {
  auto& trial = *static_cast<Trial*>(argument);
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    trial.mount_error = errno;
    return 0;
  }
  trial.overlay_error = overlay_error(trial);
  return 0;
}

int do_nothing(void*) { return 0; }

// Runs `body` in new namespaces with our memory, while we wait. The process itself may go on ending
// (namespaces are taken down for milliseconds): its id, or errno below zero when they are not
// allowed.
pid_t start_in(int namespaces, int (*body)(void*), void* argument) {
  std::vector<char> stack(64U << 10);
  const pid_t pid = clone(body, stack.data() + stack.size(),
                          CLONE_VM | CLONE_VFORK | SIGCHLD | namespaces, argument);
  return pid < 0 ? -errno : pid;
}

// The same, and waits for its end; 0 or errno.
int run_in(int namespaces, int (*body)(void*), void* argument) {
  const pid_t pid = start_in(namespaces, body, argument);
  if (pid < 0) return -pid;
  while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) continue;
  return 0;
}

int try_chroot(void* error) {
  if (chroot("/") != 0) *static_cast<int*>(error) = errno;
  return 0;
}

// Three directories for a trial overlay, removed at the end.
class TrialDirectories {
 public:
  TrialDirectories(const std::string& scratch, Trial& trial)
      : scratch_(base::open_host_directory(scratch)), name_("probe-" + base::random_name()) {
    make(name_);
    for (const char* one : {"/lower", "/upper", "/work"}) make(name_ + one);
    trial.directory = scratch + "/" + name_;
  }
  TrialDirectories(const TrialDirectories&) = delete;
  TrialDirectories& operator=(const TrialDirectories&) = delete;
  ~TrialDirectories() {
    // What is in them is known: overlayfs makes work/work.
    bool gone = false;
    for (const char* one : {"/lower", "/upper", "/work/work", "/work", ""})
      gone = unlinkat(scratch_.get(), (name_ + one).c_str(), AT_REMOVEDIR) == 0;
    if (gone) return;
    try {
      base::remove_tree_at(scratch_.get(), name_);
    } catch (const base::Error&) {
      return;  // an empty directory of ours stays behind
    }
  }

 private:
  void make(const std::string& name) {
    if (mkdirat(scratch_.get(), name.c_str(), 0700) != 0) base::throw_errno("make directory", name);
  }

  Fd scratch_;
  std::string name_;
};

bool can_chroot() {
  int error = 0;
  return run_in(0, try_chroot, &error) == 0 && error == 0;
}

std::string text_of(int error) { return base::system_error("", "", error).cause(); }

}  // namespace

Probe probe(const std::string& scratch_directory, Isolation isolation, bool overlays) {
  Probe found;
  found.launcher = std::make_shared<Launcher>();
  found.in_user_namespace = mapped_ids() != MappedIds::all;
  if (isolation == Isolation::chroot) {
    found.reason = "as asked";
    found.can_chroot = can_chroot();
    return found;
  }
  Trial trial;
  trial.userxattr = found.in_user_namespace;
  const TrialDirectories directories(scratch_directory, trial);
  const pid_t trial_process = start_in(kNamespaces, try_mounts, &trial);
  if (trial_process > 0) found.launcher->reap_at_end(trial_process);
  if (trial_process < 0 || trial.mount_error != 0) {
    found.can_chroot = can_chroot();
    found.reason = trial_process < 0 ? "new namespaces: " + text_of(-trial_process)
                                     : "mount: " + text_of(trial.mount_error);
    if (geteuid() != 0 && run_in(CLONE_NEWUSER, do_nothing, nullptr) == 0)
      found.reason += "; a user namespace would allow them";
    return found;
  }
  switch (mapped_ids()) {
    case MappedIds::all: found.mode = Mode::root_namespaces; break;
    case MappedIds::many: found.mode = Mode::rootless; break;
    case MappedIds::one: found.mode = Mode::single_id; break;
  }
  found.overlay = overlays && trial.overlay_error == 0;
  found.overlay_userxattr = found.overlay && trial.userxattr;
  if (overlays && !found.overlay)
    found.reason = "overlayfs in " + scratch_directory + ": " + text_of(trial.overlay_error);
  return found;
}

}  // namespace cooper::sandbox
