#include "cli/ssh_agents.h"

#include <sys/stat.h>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <thread>

#include "base/error.h"
#include "base/file_at.h"
#include "base/process.h"
#include "base/source.h"
#include "builder/sandbox/agent_relay.h"

namespace cooper::cli {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::uint64_t kMaxKey = 100 << 10;
constexpr std::chrono::hours kForever{24 * 365};
constexpr std::chrono::seconds kStart{10};
constexpr const char* kSocket = "agent";
constexpr const char* kPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

std::string agent_of_environment(const std::string& id) {
  const char* socket = std::getenv("SSH_AUTH_SOCK");
  if (socket != nullptr && *socket != '\0') return socket;
  throw Error(ErrorKind::usage, "use ssh agent", id, "SSH_AUTH_SOCK is not set")
      .with_hint("start one (eval $(ssh-agent)), or name a socket or key files: --ssh " + id +
                 "=PATH");
}

bool is_socket(const std::string& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) base::throw_errno("use ssh agent or key", path);
  return S_ISSOCK(status.st_mode);
}

std::string read_key(const std::string& path) {
  base::FdSource source(base::open_host(path, O_RDONLY), path);
  std::string key = base::read_all(source, kMaxKey, path);
  if (key.find("PRIVATE KEY-----") == std::string::npos)
    throw Error(ErrorKind::usage, "use ssh key", path, "it is no private key");
  return key;
}

}  // namespace

class PrivateAgent {
 public:
  PrivateAgent(const std::vector<std::string>& keys, const store::Store& store)
      : directory_(store.new_temp_directory()) {
    server_ = std::jthread([this](std::stop_token stop) { serve(std::move(stop)); });
    wait_until_it_listens();
    for (const std::string& key : keys) add(key);
  }

  [[nodiscard]] std::string socket() const { return directory_.path() + "/" + kSocket; }

 private:
  // Both programs work in the directory: its path may be longer than the name of a socket may be.
  [[nodiscard]] base::ProcessSpec program(std::vector<std::string> argv) const {
    base::ProcessSpec spec;
    spec.argv = std::move(argv);
    spec.env = {kPath, "HOME=/nonexistent", std::string("SSH_AUTH_SOCK=") + kSocket,
                "SSH_ASKPASS=/bin/false", "SSH_ASKPASS_REQUIRE=force"};
    spec.directory = directory_.fd();
    return spec;
  }

  void serve(std::stop_token stop) noexcept {
    base::ProcessSpec spec = program({"ssh-agent", "-D", "-a", kSocket});
    spec.timeout = kForever;
    spec.stop = std::move(stop);
    try {
      const base::ProcessResult result = base::run_process(spec);
      throw Error(ErrorKind::failure, "run", "ssh-agent", "it ended: " + result.errors);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      failure_ = std::current_exception();
    }
  }

  void wait_until_it_listens() {
    const auto deadline = std::chrono::steady_clock::now() + kStart;
    for (;;) {
      {
        const std::lock_guard lock(mutex_);
        if (failure_) tell(failure_);
      }
      try {
        static_cast<void>(sandbox::connect_to_socket(socket()));
        return;
      } catch (const Error&) {
        if (std::chrono::steady_clock::now() > deadline) throw;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }

  [[noreturn]] static void tell(const std::exception_ptr& failure) {
    try {
      std::rethrow_exception(failure);
    } catch (Error& error) {
      if (error.kind() == ErrorKind::not_found)
        error.with_hint("key files need the program ssh-agent: install the package openssh-client");
      throw;
    }
  }

  // From standard input, so that no file mode is judged.
  void add(const std::string& path) const {
    base::ProcessSpec spec = program({"ssh-add", "-q", "-"});
    spec.input = read_key(path);
    if (base::run_process(spec).exit_status == 0) return;
    throw Error(ErrorKind::usage, "use ssh key", path, "it has a passphrase, or is damaged")
        .with_hint("give it to an agent (ssh-add " + path + ") and name that: --ssh default");
  }

  store::TempDirectory directory_;
  std::mutex mutex_;
  std::exception_ptr failure_;
  std::jthread server_;  // last: it ends first
};

void read_ssh(const std::string& text, std::map<std::string, std::vector<std::string>>& agents) {
  const std::size_t equals = text.find('=');
  const std::string id = text.substr(0, equals);
  if (id.empty())
    throw Error(ErrorKind::usage, "parse --ssh", text, "expected default, ID=SOCKET or ID=KEY");
  std::vector<std::string> paths;
  std::string_view rest =
      equals == std::string::npos ? std::string_view() : std::string_view(text).substr(equals + 1);
  while (!rest.empty()) {
    const std::string_view path = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(path.size() + 1, rest.size()));
    if (path.starts_with("raw=") || path.empty())
      throw Error(ErrorKind::unsupported, "parse --ssh", text,
                  "'" + std::string(path) + "' is not supported: sockets and key files are");
    paths.emplace_back(path);
  }
  const auto [known, is_new] = agents.emplace(id, paths);
  if (!is_new && known->second != paths)
    throw Error(ErrorKind::usage, "parse --ssh", text, "'" + id + "' is given twice");
}

SshAgents::SshAgents(const std::map<std::string, std::vector<std::string>>& given,
                     const store::Store& store)
    : store_(store) {
  for (const auto& [id, paths] : given) {
    Agent& agent = agents_[id];
    if (paths.empty()) {
      agent.socket = agent_of_environment(id);
    } else if (is_socket(paths.front())) {
      if (paths.size() > 1)
        throw Error(ErrorKind::usage, "use ssh agent", id, "a socket stands alone");
      agent.socket = std::filesystem::absolute(paths.front()).string();
    } else {
      for (const std::string& path : paths) static_cast<void>(read_key(path));
      agent.keys = paths;
    }
  }
}

SshAgents::~SshAgents() = default;

std::optional<std::string> SshAgents::socket(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = agents_.find(id);
  if (found == agents_.end()) return std::nullopt;
  Agent& agent = found->second;
  if (!agent.socket.empty()) return agent.socket;
  if (!agent.own) agent.own = std::make_unique<PrivateAgent>(agent.keys, store_);
  return agent.own->socket();
}

}  // namespace cooper::cli
