#include "builder/sandbox/child_messages.h"

#include <doctest/doctest.h>

#include "base/limits.h"
#include "builder/sandbox/message.h"
#include "builder/sandbox/sandbox_spec_json.h"

using namespace cooper;
using namespace cooper::sandbox;

namespace {

std::string every_byte() {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  return bytes;
}

}  // namespace

TEST_CASE("any bytes survive") {
  const std::string bytes = every_byte();
  CHECK(decode_bytes(encode_bytes(bytes)) == bytes);
  CHECK_THROWS_AS(static_cast<void>(decode_bytes("\xe2\x82\xac")), base::Error);
  CHECK_THROWS_AS(static_cast<void>(decode_bytes("\xc3")), base::Error);
}

TEST_CASE("a spec survives whole") {
  ContainerRequest request;
  SandboxSpec& spec = request.spec;
  spec.root = OverlayRoot{{"/a", "/b\xff"}, "/u", "/w"};
  spec.argv = {"sh", "-c", every_byte()};
  spec.env = {"A=1", "B="};
  spec.user = "app:staff";
  spec.cwd = "/w";
  BindMount bind{"/r", "s", "/t", false, true, true, {"/l1", "/l2"}};
  FileMount file{"/f", every_byte(), 0640, 1, 2, true};
  spec.mounts = {bind, TmpfsMount{"/tmp", 7, 0700}, file};
  spec.hostname = "h";
  spec.network = NetworkMode::join;
  spec.network_of = 12;
  spec.insecure = spec.readonly_root = true;
  spec.extra_hosts = {"x 1"};
  spec.shm_size = 5;
  spec.limits = {{"nofile", 1, -1}};
  request.facts = {true, true, "nameserver 1\n"};
  const std::string text = to_json(request);
  const ContainerRequest back = parse_container_request(text);
  CHECK(to_json(back) == text);
  CHECK(back.spec.argv == spec.argv);
  CHECK(std::get<FileMount>(back.spec.mounts[2]).content == every_byte());
  CHECK(std::get<FileMount>(back.spec.mounts[2]).mode == 0640);
  CHECK(std::get<BindMount>(back.spec.mounts[0]).overlay_lowers == bind.overlay_lowers);
  CHECK(back.spec.network == NetworkMode::join);
  CHECK(std::get<BindMount>(back.spec.mounts[0]).movable);
  CHECK(std::get<FileMount>(back.spec.mounts[2]).secret);
  CHECK(back.facts.user_namespace);
  CHECK(back.facts.chroot);
  spec.root = DirectoryRoot{"/d", "/s"};
  const auto root = std::get<DirectoryRoot>(parse_container_request(to_json(request)).spec.root);
  CHECK(root.path == "/d");
  CHECK(root.scratch == "/s");
}

TEST_CASE("requests and reports survive") {
  const InitRequest signal = parse_init_request(to_json(InitRequest{SignalRequest{15}}));
  CHECK(std::get<SignalRequest>(signal).number == 15);
  const InitRequest exec = parse_init_request(to_json(InitRequest{ExecRequest{{"a"}, {"B=c"}}}));
  CHECK(std::get<ExecRequest>(exec).env == std::vector<std::string>{"B=c"});
  const Report killed = parse_report(to_json(Report{Exited{137, 9}}));
  CHECK(std::get<Exited>(killed).signal == 9);
  CHECK(!std::get<Exited>(parse_report(to_json(Report{Exited{1, std::nullopt}}))).signal);
  CHECK(std::holds_alternative<Started>(parse_report(to_json(Report{Started{}}))));
  base::Error error(base::ErrorKind::denied, "mount", "/x\xff", "no");
  error.with_hint("try");
  const base::Error back =
      to_error(std::get<Failed>(parse_report(to_json(Report{failed_from(error)}))));
  CHECK(back.kind() == base::ErrorKind::denied);
  CHECK(back.thing() == "/x\xff");
  CHECK(back.hint() == "try");
  CHECK(parse_launch_request(to_json(LaunchRequest{0x20000, false})).namespaces == 0x20000);
  CHECK(parse_launch_reply(to_json(LaunchReply{5, 1})).error == 1);
}

TEST_CASE("the limits go over as they are set") {
  base::set_limit("layerEntries", 7);
  const std::string sent = limits_to_json();
  base::set_limit("layerEntries", 2'000'000);
  take_limits(sent);
  CHECK(base::limit_of(base::Limit::layer_entries) == 7);
  for (const base::LimitRow& row : base::all_limits()) base::set_limit(row.name, row.standard);
  CHECK_THROWS_AS(take_limits("[1"), base::Error);
}

TEST_CASE("what is not a message is refused") {
  for (const char* text : {"", "{", "[]", "{\"code\":\"x\"}", "{\"spec\":{}}"}) {
    CAPTURE(std::string(text));
    CHECK_THROWS_AS(static_cast<void>(parse_report(text)), base::Error);
    CHECK_THROWS_AS(static_cast<void>(parse_container_request(text)), base::Error);
  }
}

TEST_CASE("messages carry descriptors and keep their borders") {
  SocketPair pair = open_socket_pair();
  base::Pipe pipe = base::open_pipe();
  const int fds[] = {pipe.read.get(), pipe.write.get()};
  send_message(pair.mine.get(), "one", fds);
  send_message(pair.mine.get(), "");
  pair.mine.reset();
  const auto first = receive_message(pair.theirs.get());
  REQUIRE(first);
  CHECK(first->text == "one");
  CHECK(first->fds.size() == 2);
  const auto second = receive_message(pair.theirs.get());
  REQUIRE(second);
  CHECK(second->text.empty());
  CHECK(!receive_message(pair.theirs.get()));
}
