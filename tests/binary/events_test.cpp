// Changes of records as a browser's EventSource meets them: through the binary.
#include "codec/json.hpp"
#include "support/loopback_client.hpp"
#include "support/spawned_program.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace noded {
namespace {

using test::LoopbackClient;
using test::RawAnswer;
using test::SpawnedProgram;
using testing::HasSubstr;
using testing::StartsWith;

// Members see the notes that belong to them.
constexpr const char* kApplication = R"({
  "data": {"entities": {
    "notes": {"fields": {"title": {"type": "text"}, "owner": {"type": "text"}}},
    "secrets": {"fields": {"title": {"type": "text"}}}}},
  "auth": {"enabled": true, "guard": {"enabled": true}, "roles": {
    "admin": {"implicit_allow": true},
    "member": {"permissions": [{"permission": "system.access.api"}, {"permission": "data.entity.read",
      "effect": "deny", "policies": [
        {"condition": {"entity": "notes"}, "effect": "allow"},
        {"condition": {"entity": "notes"}, "effect": "filter", "filter": {"owner": "@user.email"}}]}]},
    "nobody": {"permissions": []},
    "guest": {"is_default": true, "permissions": ["system.access.api"]}}}})";

struct Event {
  std::string id;
  std::string name;
  std::string data;
};

// One open stream.
class Stream {
 public:
  Stream(std::uint16_t port, const std::string& query, const std::string& fields) : client_(port) {
    client_.send(
        "GET /api/messages/events?" + query + " HTTP/1.1\r\nHost: localhost\r\n" +
        "Accept: text/event-stream\r\n" + fields + "\r\n"
    );
    const auto head = client_.read_until("\r\n\r\n");
    head_ = head.value_or("");
  }
  const std::string& head() const { return head_; }
  LoopbackClient& client() { return client_; }

  // The next block that is more than a sign of life; empty at the end, and when there are only
  // those.
  std::optional<Event> next() {
    for (int signs_of_life = 0; signs_of_life < 3; ++signs_of_life) {
      const auto block = next_block();
      if (!block) return std::nullopt;
      if (!block->name.empty()) return block;
    }
    ADD_FAILURE() << "nothing is told";
    return std::nullopt;
  }
  std::optional<Event> next_block() {
    std::size_t end = text_.find("\n\n");
    while (end == std::string::npos) {
      if (!take_chunk()) return std::nullopt;
      end = text_.find("\n\n");
    }
    Event event;
    std::string block = text_.substr(0, end + 1);
    text_.erase(0, end + 2);
    for (std::size_t line_end = block.find('\n'); line_end != std::string::npos;
         line_end = block.find('\n')) {
      const std::string line = block.substr(0, line_end);
      block.erase(0, line_end + 1);
      if (line.starts_with("id: ")) event.id = line.substr(4);
      if (line.starts_with("event: ")) event.name = line.substr(7);
      if (line.starts_with("data: ")) event.data = line.substr(6);
    }
    return event;
  }

 private:
  bool take_chunk() {
    const auto line = client_.read_until("\r\n");
    if (!line) return false;
    const std::size_t size = std::stoul(*line, nullptr, 16);
    if (size == 0) return false;
    const auto chunk = client_.read_exactly(size + 2);
    if (!chunk) return false;
    text_ += chunk->substr(0, size);
    return true;
  }

  LoopbackClient client_;
  std::string head_;
  std::string text_;
};

class Events : public testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(directory_.path() / "app.json") << kApplication;
    make("boss@example.com", "admin");
    make("ann@example.com", "member");
    start();
    boss_ = sign_in("boss@example.com");
    ann_ = sign_in("ann@example.com");
  }
  void start() {
    node_ = std::make_unique<SpawnedProgram>(command(
        {"--role=n1", "--listen", "127.0.0.1:0", "--set", "messages.streams_per_principal=3"}
    ));
    const std::string port = node_->wait_for_line("listening on http://127.0.0.1:");
    ASSERT_FALSE(port.empty()) << node_->errors();
    port_ = static_cast<std::uint16_t>(std::stoi(port));
  }
  void stop() {
    node_->signal(SIGTERM);
    EXPECT_EQ(node_->wait(), 0) << node_->errors();
  }
  void make(const std::string& email, const std::string& role) {
    SpawnedProgram made(
        command(
            {"user",
             "create",
             email,
             "--role",
             role,
             "--password-stdin",
             "--app",
             (directory_.path() / "app.json").string()}
        ),
        "a long secret\n"
    );
    ASSERT_EQ(made.wait(), 0) << made.errors();
  }
  std::vector<std::string> command(std::vector<std::string> more) const {
    more.insert(more.begin(), NODED_BINARY);
    more.insert(more.end(), {"--data", (directory_.path() / "data").string()});
    return more;
  }
  RawAnswer ask(
      const std::string& method,
      const std::string& target,
      const std::string& fields,
      const std::string& body = {}
  ) {
    LoopbackClient client(port_);
    auto answer = client.ask(
        method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" + fields +
        (body.empty() ? "" : "Content-Type: application/json\r\n") +
        "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body
    );
    if (!answer) throw std::runtime_error("no answer to " + target);
    return std::move(*answer);
  }
  // A bearer's field of a session's own.
  std::string sign_in(const std::string& email) {
    const RawAnswer answer = ask(
        "POST", "/auth/api/login", "", R"({"email":")" + email + R"(","password":"a long secret"})"
    );
    const auto body = codec::parse_json(answer.body, "login");
    if (!body || answer.status != 200) throw std::runtime_error(answer.body);
    return "Authorization: Bearer " + std::string(body->at("token").as_string()) + "\r\n";
  }
  std::string write(const std::string& title, const std::string& owner) {
    const RawAnswer answer =
        ask("POST",
            "/api/data/entity/notes",
            boss_,
            R"({"title":")" + title + R"(","owner":")" + owner + R"("})");
    EXPECT_EQ(answer.status, 201) << answer.body;
    const auto body = codec::parse_json(answer.body, "note");
    return std::to_string(body->at("data").at("id").to_number<int>());
  }

  test::TemporaryDirectory directory_;
  std::unique_ptr<SpawnedProgram> node_;
  std::uint16_t port_ = 0;
  std::string boss_, ann_;
};

TEST_F(Events, TellOfEachChangeInTheOrderOfTheCommits) {
  Stream stream(port_, "topic=$data/notes/%23", boss_);
  EXPECT_THAT(stream.head(), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(stream.head(), HasSubstr("Content-Type: text/event-stream\r\n"));
  const auto greeting = stream.next_block();
  ASSERT_TRUE(greeting);
  EXPECT_NE(greeting->id, "") << "who is cut off now can go on from here";

  const std::string id = write("one", "ann@example.com");
  ask("PATCH", "/api/data/entity/notes/" + id, boss_, R"({"title":"two"})");
  ask("DELETE", "/api/data/entity/notes/" + id, boss_);
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"create", "one"}, {"update", "two"}, {"delete", "two"}
  };
  for (const auto& [action, title] : expected) {
    const auto event = stream.next();
    ASSERT_TRUE(event);
    EXPECT_EQ(event->name, "message");
    const auto data = codec::parse_json(event->data, "event");
    ASSERT_TRUE(data.has_value()) << event->data;
    EXPECT_EQ(data->at("topic").as_string(), "$data/notes/" + action + "/" + id);
    EXPECT_EQ(data->at("record").at("title").as_string(), title);
    EXPECT_EQ(data->at("record").at("owner").as_string(), "ann@example.com");
  }
}

TEST_F(Events, TellOfTheRowsThatOneMaySeeAlone) {
  Stream stream(port_, "topic=$data/notes/%23", ann_);
  ASSERT_TRUE(stream.next_block());
  write("not hers", "bob@example.com");
  const std::string id = write("hers", "ann@example.com");
  ask("PATCH", "/api/data/entity/notes/" + id, boss_, R"({"owner":"bob@example.com"})");
  const auto created = stream.next();
  ASSERT_TRUE(created);
  EXPECT_THAT(created->data, HasSubstr("$data/notes/create/" + id));
  const auto gone = stream.next();
  ASSERT_TRUE(gone);
  EXPECT_THAT(gone->data, HasSubstr("$data/notes/delete/" + id)) << "it went out of her sight";
  EXPECT_THAT(gone->data, HasSubstr(R"("owner":"ann@example.com")")) << "as she last saw it";
}

TEST_F(Events, GoOnWhereTheyWereAcrossARestart) {
  std::string last;
  {
    Stream stream(port_, "topic=$data/notes/create/%2B", boss_);
    ASSERT_TRUE(stream.next_block());
    write("1", "a");
    const auto event = stream.next();
    ASSERT_TRUE(event);
    last = event->id;
  }
  write("2", "a");
  write("3", "a");
  stop();
  start();
  write("4", "a");
  Stream stream(port_, "topic=$data/notes/create/%2B", boss_ + "Last-Event-ID: " + last + "\r\n");
  for (const char* title : {"2", "3", "4"}) {
    const auto event = stream.next();
    ASSERT_TRUE(event);
    EXPECT_THAT(event->data, HasSubstr(std::string(R"("title":")") + title + '"'));
  }
}

TEST_F(Events, FollowWhatAReadSawWithoutGap) {
  write("before", "a");
  const RawAnswer read = ask("GET", "/api/data/entity/notes", boss_);
  write("after", "a");
  Stream stream(port_, "topic=$data/notes/%23&cursor=" + read.headers.at("x-store-seq"), boss_);
  const auto event = stream.next();
  ASSERT_TRUE(event);
  EXPECT_THAT(event->data, HasSubstr(R"("title":"after")"));
}

TEST_F(Events, SayWhatIsMissingWhenTheStoreIsOlderThanTheCursor) {
  Stream stream(port_, "topic=$data/notes/%23&cursor=1000000", boss_);
  const auto event = stream.next();
  ASSERT_TRUE(event);
  EXPECT_EQ(event->name, "gap");
  EXPECT_THAT(event->data, HasSubstr(R"("from":"1000000","to":")"));
  write("next", "a");
  const auto next = stream.next();
  ASSERT_TRUE(next);
  EXPECT_THAT(next->data, HasSubstr(R"("title":"next")"));
}

// Scenario 5.
TEST_F(Events, EndWithinASecondWhenTheRoleIsTaken) {
  const auto bearer = ann_;
  Stream stream(port_, "topic=$data/notes/%23", bearer);
  ASSERT_TRUE(stream.next_block());
  const RawAnswer who = ask("GET", "/api/users?q=ann", boss_);
  const auto users = codec::parse_json(who.body, "users");
  ASSERT_TRUE(users.has_value() && users->as_array().size() == 1) << who.body;
  const std::string id(users->at(0).at("id").as_string());
  const auto begun = std::chrono::steady_clock::now();
  const RawAnswer changed =
      ask("PUT", "/api/admin/users/" + id + "/role", boss_, R"({"role":"nobody"})");
  ASSERT_EQ(changed.status, 200) << changed.body;
  const auto end = stream.next();
  const auto passed = std::chrono::steady_clock::now() - begun;
  ASSERT_TRUE(end);
  EXPECT_EQ(end->name, "end");
  EXPECT_THAT(end->data, testing::AnyOf(HasSubstr("signed_out"), HasSubstr("forbidden")));
  EXPECT_FALSE(stream.next()) << "the answer is over";
  // A machine that is busy with other tests has its time too.
  EXPECT_LT(passed, std::chrono::seconds(5));
}

TEST_F(Events, EndWhenTheRoleMayNoLongerReadWhatIsFollowed) {
  Stream stream(port_, "topic=$data/notes/%23", ann_);
  ASSERT_TRUE(stream.next_block());
  const RawAnswer changed =
      ask("PUT", "/api/admin/roles/member", boss_, R"({"permissions":["system.access.api"]})");
  ASSERT_EQ(changed.status, 200) << changed.body;
  const auto end = stream.next();
  ASSERT_TRUE(end);
  EXPECT_EQ(end->name, "end");
  EXPECT_THAT(end->data, HasSubstr(R"("reason":"forbidden")"));
}

TEST_F(Events, SayGoodbyeWhenTheNodeStops) {
  Stream stream(port_, "topic=$data/notes/%23", boss_);
  ASSERT_TRUE(stream.next_block());
  node_->signal(SIGTERM);
  const auto bye = stream.next();
  ASSERT_TRUE(bye);
  EXPECT_EQ(bye->name, "bye");
  EXPECT_EQ(node_->wait(), 0) << node_->errors();
}

TEST_F(Events, AreBoundedForEachPrincipal) {
  const std::string query = "topic=$data/notes/%23";
  {
    Stream one(port_, query, ann_);
    Stream two(port_, query, ann_);
    Stream three(port_, query, ann_);
    EXPECT_THAT(three.head(), StartsWith("HTTP/1.1 200"));
    Stream four(port_, query, ann_);
    EXPECT_THAT(four.head(), StartsWith("HTTP/1.1 429"));
    Stream other(port_, query, boss_);
    EXPECT_THAT(other.head(), StartsWith("HTTP/1.1 200"));
    three.client().reset();
  }
  // Those who went make room, as soon as the node has seen it.
  for (int tries = 0; tries < 100; ++tries) {
    Stream again(port_, query, ann_);
    if (again.head().starts_with("HTTP/1.1 200")) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  ADD_FAILURE() << "places were not given back";
}

struct Refused {
  const char* query;
  const char* fields;
  int status;
  const char* says;
};

TEST_F(Events, RefuseWhatTheyCannotOrMayNotTell) {
  const std::string& boss = boss_;
  const std::vector<Refused> table = {
      {"", boss.c_str(), 400, "say what to follow"},
      {"topic=chat/1", boss.c_str(), 400, "does not begin with $data/"},
      {"topic=$data/notes", boss.c_str(), 400, "four levels"},
      {"topic=$data/notes/%23&cursor=x", boss.c_str(), 400, "cursor"},
      {"topic=$data/notes/%23&more=1", boss.c_str(), 400, "there is no parameter more"},
      {"topic=%ff", boss.c_str(), 400, "not well encoded"},
      {"topic=$data/none/%23", boss.c_str(), 403, "there is no such entity"},
      {"topic=$data/notes/%23", "", 401, "notes"},
      {"topic=$data/notes/%23&topic=$data/secrets/%23", ann_.c_str(), 403, "secrets"},
      {"topic=$data/%23", ann_.c_str(), 403, "you may not read"},
      {"topic=$data/notes/%23", "Authorization: Bearer x\r\n", 401, "notes"},
  };
  for (const Refused& row : table) {
    const RawAnswer answer =
        ask("GET", std::string("/api/messages/events?") + row.query, row.fields);
    EXPECT_EQ(answer.status, row.status) << row.query << answer.body;
    EXPECT_THAT(answer.body, HasSubstr(row.says)) << row.query;
    EXPECT_THAT(answer.body, HasSubstr("\"code\":\"")) << row.query;
  }
  std::string many;
  for (int i = 0; i < 33; ++i)
    many += "topic=$data/notes/create/" + std::to_string(i) + "&";
  const RawAnswer answer = ask("GET", "/api/messages/events?" + many, boss_);
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("at most 32 topics"));
}

}  // namespace
}  // namespace noded
