// Logins, sessions and their ends as a person meets them: the binary, a browser without scripts,
// and the command line.
#include "support/loopback_client.hpp"
#include "support/spawned_program.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace noded {
namespace {

using test::LoopbackClient;
using test::RawAnswer;
using test::SpawnedProgram;
using testing::HasSubstr;
using testing::Not;
using Strings = std::vector<std::string>;

constexpr const char* kApplication = R"({
  "data": {"entities": {"notes": {"fields": {"title": {"type": "text"}}}}},
  "auth": {"enabled": true, "guard": {"enabled": true}, "roles": {
    "admin": {"implicit_allow": true}, "guest": {"is_default": true, "permissions": []}}}})";

// A browser without scripts: cookies go where they came from, forms where they say.
class Jar {
 public:
  explicit Jar(std::uint16_t port) : port_(port), client_(port) {}

  RawAnswer get(const std::string& path, const std::string& fields = {}) {
    return ask("GET " + path, fields + "Accept: text/html\r\n", {});
  }
  RawAnswer post_form(const std::string& path, const std::string& body) {
    return ask(
        "POST " + path,
        "Accept: text/html\r\nContent-Type: application/x-www-form-urlencoded\r\n",
        body
    );
  }
  RawAnswer post_json(
      const std::string& path, const std::string& body, const std::string& fields = {}
  ) {
    return ask("POST " + path, fields + "Content-Type: application/json\r\n", body);
  }
  // The hidden field of a page.
  static std::string hidden(const RawAnswer& page, const std::string& name) {
    return between(page.body, "name=\"" + name + "\" value=\"", "\"");
  }
  static std::string between(
      const std::string& text, const std::string& before, const std::string& after
  ) {
    const std::size_t begin = text.find(before);
    if (begin == std::string::npos) return {};
    const std::size_t from = begin + before.size();
    return text.substr(from, text.find(after, from) - from);
  }
  bool has(const std::string& cookie) const { return cookies_.contains(cookie); }
  void forget(const std::string& cookie) { cookies_.erase(cookie); }

 private:
  RawAnswer ask(const std::string& line, const std::string& fields, const std::string& body) {
    std::string request = line + " HTTP/1.1\r\nHost: localhost:" + std::to_string(port_) + "\r\n";
    std::string cookies;
    for (const auto& [name, value] : cookies_)
      cookies += (cookies.empty() ? "Cookie: " : "; ") + name + "=" + value;
    if (!cookies.empty()) request += cookies + "\r\n";
    request += fields + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    auto answer = client_.ask(request);
    if (!answer) throw std::runtime_error("no answer to " + line);
    keep_cookies(answer->head);
    return std::move(*answer);
  }
  void keep_cookies(const std::string& head) {
    const std::string field = "\r\nSet-Cookie: ";
    for (std::size_t at = head.find(field); at != std::string::npos;
         at = head.find(field, at + 1)) {
      const std::size_t begin = at + field.size();
      const std::string line = head.substr(begin, head.find("\r\n", begin) - begin);
      const std::string name = line.substr(0, line.find('='));
      // Secure ones are not for plain http.
      if (line.contains("; Secure")) continue;
      if (line.contains("Max-Age=0")) {
        cookies_.erase(name);
      } else {
        cookies_[name] = line.substr(name.size() + 1, line.find(';') - name.size() - 1);
      }
    }
  }

  std::uint16_t port_;
  LoopbackClient client_;
  std::map<std::string, std::string> cookies_;
};

class SessionBinary : public testing::Test {
 protected:
  static constexpr const char* kEmail = "owner@example.com";
  static constexpr const char* kJson =
      R"({"email":"owner@example.com","password":"a long secret"})";

  void SetUp() override {
    std::ofstream(directory_.path() / "app.json") << kApplication;
    SpawnedProgram made(
        command({"user", "create", kEmail, "--role", "admin", "--password-stdin", "--app", file()}),
        "a long secret\n"
    );
    ASSERT_EQ(made.wait(), 0) << made.errors();
  }

  std::string file() const { return (directory_.path() / "app.json").string(); }
  Strings command(Strings more) const {
    more.insert(more.begin(), NODED_BINARY);
    more.insert(more.end(), {"--data", (directory_.path() / "data").string()});
    return more;
  }
  Strings serving() const { return command({"--role=n1", "--listen", "127.0.0.1:0"}); }
  static std::uint16_t port_of(SpawnedProgram& node) {
    const std::string port = node.wait_for_line("listening on http://127.0.0.1:");
    EXPECT_FALSE(port.empty()) << node.errors();
    return port.empty() ? std::uint16_t{0} : static_cast<std::uint16_t>(std::stoi(port));
  }
  static int check(Jar& jar) { return jar.get("/api/check").status; }
  // By the form, as a person does.
  static RawAnswer log_in(
      Jar& jar, const std::string& next = "%2F", const std::string& password = "a+long+secret"
  ) {
    const RawAnswer page = jar.get("/auth/login?next=" + next);
    return jar.post_form(
        "/auth/api/login",
        "email=owner%40example.com&password=" + password + "&next=" + next +
            "&csrf=" + Jar::hidden(page, "csrf")
    );
  }

  test::TemporaryDirectory directory_;
};

TEST_F(SessionBinary, LetsABrowserWithoutScriptsInAndOut) {
  SpawnedProgram node(serving());
  Jar jar(port_of(node));
  EXPECT_EQ(check(jar), 401);
  const RawAnswer entered = log_in(jar, "%2Fapi%2Fcheck");
  EXPECT_EQ(entered.status, 303) << entered.body;
  EXPECT_EQ(entered.headers.at("location"), "/api/check");
  EXPECT_THAT(jar.get(entered.headers.at("location")).body, HasSubstr(kEmail));
  const RawAnswer again = jar.get("/auth/login?next=%2Fdesk");
  EXPECT_EQ(again.status, 303);
  EXPECT_EQ(again.headers.at("location"), "/desk");
  const RawAnswer page = jar.get("/auth/api/logout");
  const RawAnswer left = jar.post_form("/auth/api/logout", "csrf=" + Jar::hidden(page, "csrf"));
  EXPECT_EQ(left.status, 303);
  EXPECT_EQ(left.headers.at("location"), "/auth/login");
  EXPECT_FALSE(jar.has("nd_session"));
  EXPECT_EQ(check(jar), 401);
}

TEST_F(SessionBinary, AsksForALoginWhereThatIsRequiredAndLeadsBack) {
  Strings line = serving();
  line.insert(line.end(), {"--set", "auth.require_login=/"});
  SpawnedProgram node(line);
  Jar jar(port_of(node));
  const RawAnswer refused = jar.get("/health/../?a=1");
  EXPECT_EQ(refused.status, 302);
  EXPECT_EQ(jar.get("/api/data/entity/users", "X-Requested-With: x\r\n").status, 401);
  const RawAnswer asked = jar.get("/desk?a=1");
  EXPECT_EQ(asked.status, 302);
  EXPECT_EQ(asked.headers.at("cache-control"), "no-store");
  const std::string target = asked.headers.at("location");
  EXPECT_EQ(target, "/auth/login?next=%2Fdesk%3Fa%3D1");
  const RawAnswer page = jar.get(target);
  const RawAnswer entered = jar.post_form(
      "/auth/api/login",
      "email=owner%40example.com&password=a+long+secret&next=%2Fdesk%3Fa%3D1&csrf=" +
          Jar::hidden(page, "csrf")
  );
  EXPECT_EQ(entered.status, 303);
  EXPECT_EQ(entered.headers.at("location"), "/desk?a=1");
  EXPECT_EQ(jar.get("/desk?a=1").status, 404);  // nobody serves it, but the node lets them ask
}

TEST_F(SessionBinary, LeadsNowhereElse) {
  SpawnedProgram node(serving());
  Jar jar(port_of(node));
  for (const char* next :
       {"//evil", "%2F%2Fevil", "%252F%252Fevil", "%2F%5Cevil", "http%3A%2F%2Fevil"}) {
    const RawAnswer entered = log_in(jar, next);
    EXPECT_EQ(entered.status, 303) << next;
    EXPECT_EQ(entered.headers.at("location"), "/") << next;
    jar.forget("nd_session");
  }
}

TEST_F(SessionBinary, RefusesChangesThatOtherSitesSend) {
  SpawnedProgram node(serving());
  Jar jar(port_of(node));
  log_in(jar);
  const std::string row = R"({"title":"x"})";
  const std::string notes = "/api/data/entity/notes";
  EXPECT_EQ(jar.post_json(notes, row, "Sec-Fetch-Site: same-origin\r\n").status, 201);
  for (const char* fields : {"", "Sec-Fetch-Site: cross-site\r\n", "Origin: https://evil\r\n"}) {
    const RawAnswer refused = jar.post_json(notes, row, fields);
    EXPECT_EQ(refused.status, 403) << fields;
    EXPECT_THAT(refused.body, HasSubstr("\"code\":\"CSRF_FAILED\"")) << fields;
  }
  EXPECT_THAT(jar.get(notes).body, Not(HasSubstr("\"id\":2")));
}

TEST_F(SessionBinary, KeepsAnyoneWhoGuessesWaitingAndLetsTheOwnerIn) {
  SpawnedProgram node(serving());
  const std::uint16_t port = port_of(node);
  Jar owner(port);
  ASSERT_EQ(log_in(owner).status, 303);
  Jar guesser(port);
  const char* guess = R"({"email":"owner@example.com","password":"a guess"})";
  std::string wait;
  for (int i = 0; i < 10; ++i) {
    const RawAnswer answer = guesser.post_json("/auth/api/login", guess);
    EXPECT_THAT(answer.status, testing::AnyOf(401, 429));
    if (answer.status == 429) wait = answer.headers.at("retry-after");
  }
  EXPECT_NE(wait, "");
  owner.forget("nd_session");
  EXPECT_EQ(log_in(owner).status, 303);
  EXPECT_EQ(check(owner), 200);
}

TEST_F(SessionBinary, LogsNobodyOutWhenManyTabsRefreshAtOnce) {
  SpawnedProgram node(serving());
  const std::uint16_t port = port_of(node);
  Jar jar(port);
  const RawAnswer entered = jar.post_json("/auth/api/login", kJson);
  ASSERT_EQ(entered.status, 200) << entered.body;
  const std::string body =
      R"({"refresh_token":")" + Jar::between(entered.body, "\"refresh_token\":\"", "\"") + "\"}";
  constexpr int kTabs = 20;
  std::vector<RawAnswer> answers(kTabs);
  std::vector<std::thread> tabs;
  for (RawAnswer& answer : answers) {
    tabs.emplace_back([&answer, &body, port] {
      answer = Jar(port).post_json("/auth/api/refresh", body);
    });
  }
  for (std::thread& tab : tabs)
    tab.join();
  std::set<std::string> successors;
  for (const RawAnswer& answer : answers) {
    EXPECT_EQ(answer.status, 200) << answer.body;
    successors.insert(Jar::between(answer.body, "\"refresh_token\":\"", "\""));
    const std::string token = Jar::between(answer.body, "\"token\":\"", "\"");
    Jar tab(port);
    EXPECT_EQ(tab.get("/api/check", "Authorization: Bearer " + token + "\r\n").status, 200);
  }
  EXPECT_EQ(successors.size(), 1u);
}

TEST_F(SessionBinary, KeepsSessionsOverARestartAndEndsThemFromTheCommandLine) {
  std::uint16_t port = 0;
  std::string cookie;
  {
    SpawnedProgram node(serving());
    Jar jar(port_of(node));
    const RawAnswer page = jar.get("/auth/login");
    const RawAnswer entered = jar.post_form(
        "/auth/api/login",
        "email=owner%40example.com&password=a+long+secret&csrf=" + Jar::hidden(page, "csrf")
    );
    cookie = "Cookie: nd_session=" + Jar::between(entered.head, "nd_session=", ";") + "\r\n";
    node.signal(SIGKILL);
    node.wait();
  }
  SpawnedProgram node(serving());
  port = port_of(node);
  EXPECT_EQ(Jar(port).get("/api/check", cookie).status, 200);
  SpawnedProgram list(command({"session", "list"}));
  EXPECT_EQ(list.wait(), 0) << list.errors();
  EXPECT_THAT(list.output(), HasSubstr(kEmail));
  const std::string id = list.output().substr(0, list.output().find(' '));
  SpawnedProgram end(command({"session", "end", id}));
  EXPECT_EQ(end.wait(), 0) << end.errors();
  EXPECT_EQ(end.output(), "ended " + id + "\n");
  EXPECT_EQ(Jar(port).get("/api/check", cookie).status, 401);
  SpawnedProgram again(command({"session", "end", id}));
  EXPECT_EQ(again.wait(), 1);
  EXPECT_EQ(again.errors(), "noded: there is no such session\n");
}

TEST_F(SessionBinary, EndsEverythingOfAUserFromTheCommandLine) {
  SpawnedProgram node(serving());
  Jar jar(port_of(node));
  const RawAnswer entered = jar.post_json("/api/auth/password/login", kJson);
  const std::string bearer =
      "Authorization: Bearer " + Jar::between(entered.body, "\"token\":\"", "\"") + "\r\n";
  log_in(jar);
  EXPECT_EQ(check(jar), 200);
  SpawnedProgram end(command({"session", "end", "--user", kEmail}));
  EXPECT_EQ(end.wait(), 0) << end.errors();
  EXPECT_EQ(check(jar), 401);
  EXPECT_EQ(jar.get("/api/check", bearer).status, 401);
  SpawnedProgram list(command({"session", "list", kEmail}));
  EXPECT_EQ(list.wait(), 0);
  EXPECT_EQ(list.output(), "");
  SpawnedProgram nobody(command({"session", "end", "--user", "no@example.com"}));
  EXPECT_EQ(nobody.wait(), 1);
  SpawnedProgram neither(command({"session", "end"}));
  EXPECT_EQ(neither.wait(), 2);
}

TEST_F(SessionBinary, GivesTheDoctorNothingToComplainAbout) {
  {
    SpawnedProgram node(serving());
    Jar jar(port_of(node));
    ASSERT_EQ(log_in(jar).status, 303);
    ASSERT_EQ(jar.post_json("/auth/api/login", kJson).status, 200);
    node.signal(SIGTERM);
    EXPECT_EQ(node.wait(), 0);
    EXPECT_THAT(node.errors(), Not(HasSubstr("a long secret")));
  }
  SpawnedProgram doctor(command({"doctor"}));
  EXPECT_EQ(doctor.wait(), 0) << doctor.output() << doctor.errors();
}

}  // namespace
}  // namespace noded
