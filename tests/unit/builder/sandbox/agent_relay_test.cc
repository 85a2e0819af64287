#include "builder/sandbox/agent_relay.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <thread>

#include "base/fd.h"
#include "tests/support/temp_directory.h"

using namespace cooper;

namespace {

using namespace std::string_literals;

std::string message(const std::string& body) {
  const auto size = static_cast<char>(body.size());
  return "\0\0\0"s + size + body;
}

std::string received(int socket, std::size_t size) {
  std::string bytes(size, ' ');
  const ssize_t count = ::recv(socket, bytes.data(), size, MSG_WAITALL);
  bytes.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  return bytes;
}

void say(int socket, const std::string& bytes) {
  REQUIRE(::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(bytes.size()));
}

// An agent that answers each message with its body in reverse, until nobody connects any more.
class EchoAgent {
 public:
  explicit EchoAgent(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    REQUIRE(path.size() < sizeof address.sun_path);
    std::memcpy(address.sun_path, path.data(), path.size());
    listener_ = base::Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listener_.get(), 8) == 0);
    server_ = std::thread([this] { serve(); });
  }
  ~EchoAgent() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    server_.join();
  }

 private:
  void serve() const {
    for (;;) {
      const base::Fd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!client) return;
      for (std::string head; (head = received(client.get(), 4)).size() == 4;) {
        const std::string body = received(client.get(), static_cast<unsigned char>(head[3]));
        const std::string answer = message({body.rbegin(), body.rend()});
        if (::send(client.get(), answer.data(), answer.size(), MSG_NOSIGNAL) < 0) break;
      }
    }
  }

  base::Fd listener_;
  std::thread server_;
};

const std::string kFailure = "\0\0\0\1\5"s;

}  // namespace

TEST_CASE("a relay passes on what lists keys and signs, and nothing else") {
  const test::TempDirectory directory;
  const EchoAgent agent(directory.path() + "/real");
  const std::string place = directory.path() + "/step";
  REQUIRE(::mkdir(place.c_str(), 0700) == 0);
  const sandbox::AgentRelay relay(directory.path() + "/real", place,
                                  {::getuid(), ::getgid(), 0640});
  const std::string path = place + "/" + sandbox::AgentRelay::kName;
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK(S_ISSOCK(status.st_mode));
  CHECK((status.st_mode & 07777) == 0640);

  base::Fd client = sandbox::connect_to_socket(path);
  say(client.get(), message("\x0b"));
  CHECK(received(client.get(), 5) == message("\x0b"));
  say(client.get(), message("\x0d"
                            "abc")
                        .substr(0, 3));
  say(client.get(), message("\x0d"
                            "abc")
                            .substr(3) +
                        message("\x0b"));
  CHECK(received(client.get(), 8) == message("cba\x0d"));
  CHECK(received(client.get(), 5) == message("\x0b"));
  // Add a key, remove all keys, lock, an extension, and a message without a type.
  for (const std::string& body : {"\x11"
                                  "key"s,
                                  "\x13"s,
                                  "\x16"
                                  "secret"s,
                                  "\x1b"
                                  "session-bind"s,
                                  ""s}) {
    say(client.get(), message(body));
    CHECK(received(client.get(), 5) == kFailure);
  }
  client.reset();  // the agent above has one client at a time
  const base::Fd other = sandbox::connect_to_socket(path);
  say(other.get(), message("\x0b"));
  CHECK(received(other.get(), 5) == message("\x0b"));
  say(other.get(), "\xff\xff\xff\xff");  // longer than any message
  CHECK(received(other.get(), 1).empty());
}

TEST_CASE("a relay outlives an agent that is not there; a step sees the end of its connection") {
  const test::TempDirectory directory;
  const sandbox::AgentRelay relay(directory.path() + "/none", directory.path(),
                                  {::getuid(), ::getgid(), 0600});
  const base::Fd client =
      sandbox::connect_to_socket(directory.path() + "/" + sandbox::AgentRelay::kName);
  say(client.get(), message("\x0b"));
  CHECK(received(client.get(), 1).empty());
}
