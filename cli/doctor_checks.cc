#include "cli/doctor_checks.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <pwd.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <optional>

#include "base/error.h"
#include "base/file_at.h"
#include "base/process.h"
#include "builder/emulators.h"
#include "builder/sandbox/landlock.h"
#include "cli/session.h"
#include "registry/client.h"
#include "release/push_permission.h"

namespace cooper::cli {
namespace {

using base::Error;

constexpr std::uint64_t kGigabyte = 1'000'000'000;
constexpr std::uint64_t kWantedBytes = 5 * kGigabyte;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string user_name() {
  const struct passwd* entry = ::getpwuid(::geteuid());
  return entry != nullptr ? entry->pw_name : std::to_string(::geteuid());
}

Finding ok(std::string name, std::string what) {
  return {std::move(name), Health::ok, std::move(what), ""};
}

// --- the kernel

Finding check_kernel() {
  struct utsname name = {};
  ::uname(&name);
  const std::string release = std::string("Linux ") + name.release + " " + name.machine;
  const auto lacks = [](long call) {
    return ::syscall(call, -1, 0, 0, 0, 0) < 0 && errno == ENOSYS;
  };
  for (const auto& [call, text] : {std::pair<long, const char*>{SYS_openat2, "openat2 (Linux 5.6)"},
                                   {SYS_pidfd_open, "pidfd_open (Linux 5.3)"}}) {
    if (lacks(call)) {
      return {"kernel", Health::missing, release + " lacks " + text,
              "use a newer kernel, or a container runtime whose filter knows the call"};
    }
  }
  return ok("kernel", release);
}

Finding check_notify() {
  unsigned action = SECCOMP_RET_USER_NOTIF;
  const bool works = ::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
  const int landlock = sandbox::landlock_version();
  std::string walls = landlock > 0 ? "Landlock version " + std::to_string(landlock) : "no Landlock";
  if (works) return ok("seccomp", "user notification, which isolation chroot needs; " + walls);
  return {"seccomp", Health::optional, "no user notification: isolation chroot cannot serve /proc",
          "use Linux 5.14 or newer"};
}

// --- isolation

struct Trial {
  bool works = false;
  std::string mode, snapshots, reason, hint;
};

std::string after(const std::string& text, const std::string& mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string::npos) return {};
  const std::string rest = text.substr(at + mark.size());
  return rest.substr(0, rest.find('\n'));
}

// Another process of ours tries the mode, as a build would.
Trial try_isolation(const Globals& globals, const std::string& isolation) {
  base::ProcessSpec spec;
  spec.argv = {"/proc/self/exe", "--root", globals.root, "--isolation", isolation,
               "--snapshots",    "auto",   "doctor",     "--probe"};
  spec.env = {"PATH=" + variable("PATH"), "HOME=" + variable("HOME")};
  const base::ProcessResult result = base::run_process(spec);
  Trial trial;
  trial.works = result.exit_status == 0;
  if (!trial.works) {
    trial.reason = after(result.errors, "error: ");
    trial.hint = after(result.errors, "hint: ");
    return trial;
  }
  const std::size_t first = result.output.find(' ');
  const std::size_t second = result.output.find(' ', first + 1);
  trial.mode = result.output.substr(0, first);
  trial.snapshots = result.output.substr(first + 1, second - first - 1);
  trial.reason = result.output.substr(second + 1, result.output.find('\n') - second - 1);
  return trial;
}

Finding check_chosen(const Globals& globals) {
  const Trial trial = try_isolation(globals, "auto");
  if (!trial.works) return {"isolation", Health::missing, trial.reason, trial.hint};
  if (trial.mode == "none") {
    return {"isolation", Health::missing, "no RUN step can be run: " + trial.reason,
            "run cooper as root, or as a user with entries in /etc/subuid and /etc/subgid"};
  }
  std::string what = trial.mode + " is chosen";
  if (trial.mode == "chroot") what += ", which is no security boundary: " + trial.reason;
  return ok("isolation", what);
}

Finding check_mode(const Globals& globals, const std::string& isolation, const char* cure) {
  const Trial trial = try_isolation(globals, isolation);
  const std::string name = "isolation " + isolation;
  if (trial.works) return ok(name, "works");
  return {name, Health::optional, trial.reason,
          trial.hint.empty() || trial.hint.find("doctor") != std::string::npos ? cure : trial.hint};
}

Finding check_snapshots(const Globals& globals) {
  const Trial trial = try_isolation(globals, "auto");
  if (trial.works && trial.snapshots == "overlay") return ok("snapshots", "overlays");
  const bool bare = trial.mode == "chroot";
  return {"snapshots", Health::optional,
          "directories, which are copied for each RUN step" +
              (trial.reason.empty() ? "" : ": " + trial.reason),
          bare ? "build where namespaces are allowed"
               : "modprobe overlay; or put COOPER_ROOT on ext4, xfs, btrfs or tmpfs"};
}

Finding check_sub_ids() {
  const std::string user = user_name();
  for (const char* file : {"/etc/subuid", "/etc/subgid"}) {
    const auto text = base::try_read_file_at(AT_FDCWD, file, 1U << 20);
    if (("\n" + text.value_or("")).find("\n" + user + ":") != std::string::npos) continue;
    return {"sub-ids", Health::optional, "no range for " + user + " in " + file,
            "echo " + user + ":100000:65536 | sudo tee -a " + file};
  }
  for (const char* program : {"newuidmap", "newgidmap"}) {
    if (!base::find_program(program, "/usr/bin:/bin:/usr/sbin:/usr/local/bin").empty()) continue;
    return {"sub-ids", Health::optional, std::string(program) + " is not installed",
            "sudo apt-get install uidmap"};
  }
  return ok("sub-ids", "a range for " + user + ", newuidmap and newgidmap");
}

// --- disk and files

Finding check_disk(const Globals& globals) {
  struct statvfs space = {};
  if (::statvfs(globals.root.c_str(), &space) != 0)
    return {"disk", Health::missing, base::system_error("look at", globals.root, errno).what(),
            "set COOPER_ROOT to a directory of yours"};
  const std::uint64_t free = std::uint64_t{space.f_bavail} * space.f_frsize;
  const std::string what =
      std::to_string(free / kGigabyte) + " GB are free for the store in " + globals.root;
  if (free >= kWantedBytes) return ok("disk", what);
  return {"disk", free < kGigabyte ? Health::missing : Health::optional, what,
          "cooper cache prune --all; or set COOPER_ROOT to a larger disk"};
}

Finding check_emulator() {
  const oci::Platform host = host_platform();
  const std::string other = host.architecture == "amd64" ? "arm64" : "amd64";
  const BinfmtEntry* found = nullptr;
  const Emulators emulators = Emulators::read();
  found = emulators.find({"linux", other});
  if (found != nullptr) return ok("emulator", "linux/" + other + " through " + found->interpreter);
  return {"emulator", Health::optional, "RUN steps for linux/" + other + " cannot be run",
          "sudo apt-get install qemu-user-static binfmt-support"};
}

Finding check_certificates() {
  for (const std::string& file :
       {variable("SSL_CERT_FILE"), variable("CURL_CA_BUNDLE"),
        std::string("/etc/ssl/certs/ca-certificates.crt"), std::string("/etc/pki/tls/cert.pem"),
        std::string("/etc/ssl/cert.pem")}) {
    if (!file.empty() && ::access(file.c_str(), R_OK) == 0) return ok("certificates", file);
  }
  return {"certificates", Health::missing, "no certificate authorities: no registry can be trusted",
          "sudo apt-get install ca-certificates"};
}

Finding check_git() {
  if (const std::string git = base::find_program("git", variable("PATH")); !git.empty())
    return ok("git", git);
  return {"git", Health::optional, "not installed: no git contexts, no labels from the work tree",
          "sudo apt-get install git"};
}

Finding check_store(const Globals& globals) {
  try {
    static_cast<void>(store::Store::open(globals.root, store::Holding::no));
    return ok("store", globals.root);
  } catch (const Error& error) {
    return {"store", Health::missing, error.what(),
            error.hint().empty() ? "set COOPER_ROOT to a directory of yours" : error.hint()};
  }
}

}  // namespace

std::vector<Finding> check_machine(const Globals& globals) {
  return {check_kernel(),
          check_store(globals),
          check_disk(globals),
          check_chosen(globals),
          check_mode(globals, "root", "run cooper as root, with CAP_SYS_ADMIN"),
          check_mode(globals, "userns", "see sub-ids"),
          check_mode(globals, "single", "sudo sysctl user.max_user_namespaces=10000"),
          check_mode(globals, "chroot", "run cooper as root, with CAP_SYS_CHROOT"),
          check_snapshots(globals),
          check_sub_ids(),
          check_notify(),
          check_emulator(),
          check_certificates(),
          check_git()};
}

Finding check_registry(const Globals& globals, const std::string& name, std::stop_token stop) {
  const std::string label = "registry " + name;
  const bool has_repository = name.find('/') != std::string::npos;
  const std::string host = name.substr(0, name.find('/'));
  try {
    Network network(globals);
    if (!has_repository) {
      network.client().ping(host, stop);
      return ok(label, "reachable, and lets us in; add /REPOSITORY to try whether a push would do");
    }
    const oci::Reference reference = oci::parse_reference(name);
    release::require_push_permission(network.client().repository(reference), stop);
    return ok(label, "a push is allowed");
  } catch (const Error& error) {
    if (error.kind() == base::ErrorKind::cancelled) throw;
    const bool denied = error.kind() == base::ErrorKind::denied;
    const std::string login = "cooper login " + host;
    std::string cure = error.hint();
    if (denied && cure.find(login) == std::string::npos)
      cure += (cure.empty() ? "" : "; then ") + login;
    if (cure.empty())
      cure = "check the name, the network and the proxy: curl -v https://" + host + "/v2/";
    return {label, Health::missing, error.what(), cure};
  }
}

std::string probe_line(const Globals& globals) {
  const Session session = Session::open(globals);
  const sandbox::Probe probe = session.probe(globals);
  std::string mode = "none";
  switch (probe.mode) {
    case sandbox::Mode::root_namespaces: mode = "root"; break;
    case sandbox::Mode::rootless: mode = "userns"; break;
    case sandbox::Mode::single_id: mode = "single"; break;
    case sandbox::Mode::chroot: mode = probe.can_chroot ? "chroot" : "none"; break;
  }
  return mode + (probe.overlay ? " overlay " : " directory ") + base::printable(probe.reason) +
         "\n";
}

}  // namespace cooper::cli
