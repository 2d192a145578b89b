// The login of a browser without scripts: pages, forms, cookies and where it leads.
#include "modules/auth/session/login_pages.hpp"
#include "modules/auth/session/next_path.hpp"
#include "modules/auth/session_fixture.hpp"

#include <gmock/gmock.h>

#include <string>

namespace noded::auth {
namespace {

using testing::HasSubstr;
using testing::Not;

class SessionWalk : public SessionFixture {
 protected:
  // The value of a page's hidden field.
  static std::string hidden(const Answer& page, const std::string& name) {
    const std::string before = "name=\"" + name + "\" value=\"";
    const std::size_t begin = page.body.find(before);
    if (begin == std::string::npos) return {};
    const std::size_t value = begin + before.size();
    return page.body.substr(value, page.body.find('"', value) - value);
  }
  struct Form {
    std::string csrf;
    std::string cookie;
  };
  Form open(const std::string& page = "/auth/login") {
    const Answer answer = get(page, local());
    EXPECT_EQ(answer.status, 200);
    return {.csrf = hidden(answer, "csrf"), .cookie = "nd_pre=" + cookies_of(answer)["nd_pre"]};
  }
  Answer send(
      const Form& form, const std::string& fields, const std::string& to = "/auth/api/login"
  ) {
    return post_form(to, fields + "&csrf=" + form.csrf, local({{"cookie", form.cookie}}));
  }
  static constexpr const char* kRight = "email=m%40example.com&password=memberpass";
};

TEST_F(SessionWalk, LeadsFromTheFormToTheNextPage) {
  const Answer page = get("/auth/login?next=%2Fdesk%3Fa%3D1", local());
  ASSERT_EQ(page.status, 200);
  EXPECT_EQ(
      page.header("Content-Security-Policy"),
      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors "
      "'none'"
  );
  EXPECT_EQ(page.header("Cache-Control"), "no-store");
  EXPECT_THAT(page.body, Not(HasSubstr("<script")));
  EXPECT_EQ(hidden(page, "next"), "/desk?a=1");
  const Form form{hidden(page, "csrf"), "nd_pre=" + cookies_of(page)["nd_pre"]};
  const Answer answer = send(form, std::string(kRight) + "&next=%2Fdesk%3Fa%3D1");
  EXPECT_EQ(answer.status, 303) << answer.body;
  EXPECT_EQ(answer.header("Location"), "/desk?a=1");
  EXPECT_EQ(cookies_of(answer)["nd_pre"], "");
  EXPECT_EQ(check_cookie(session_cookie(answer)), 200);
  EXPECT_EQ(check_cookie("auth=" + cookies_of(answer)["auth"]), 200);
}

TEST_F(SessionWalk, GoesOnAtOnceForWhoIsLoggedIn) {
  const std::string cookie = session_cookie(enter());
  const Answer answer = get("/auth/login?next=%2Fdesk", local({{"cookie", cookie}}));
  EXPECT_EQ(answer.status, 303);
  EXPECT_EQ(answer.header("Location"), "/desk");
}

TEST_F(SessionWalk, NeverTellsWhatWasWrong) {
  for (const char* fields :
       {"email=m%40example.com&password=wrong",
        "email=no%40example.com&password=memberpass",
        "email=&password="}) {
    const Answer answer = send(open(), std::string(fields) + "&next=%2Fdesk");
    EXPECT_EQ(answer.status, 303) << fields;
    EXPECT_EQ(answer.header("Location"), "/auth/login?error=credentials&next=%2Fdesk");
  }
  EXPECT_THAT(get("/auth/login?error=credentials", local()).body, HasSubstr("role=\"alert\""));
}

TEST_F(SessionWalk, ShowsTheWaitOnThePage) {
  for (int i = 0; i < 5; ++i)
    send(open(), "email=m%40example.com&password=wrong");
  const Form form = open();
  const Answer answer = send(form, kRight);
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.header("Retry-After"), "1");
  EXPECT_THAT(answer.body, HasSubstr("Too many failed attempts"));
  EXPECT_EQ(hidden(answer, "csrf"), form.csrf);
}

TEST_F(SessionWalk, TakesNoFormOfAnotherSite) {
  const Form form = open();
  const Answer without_cookie = post_form("/auth/api/login", kRight, local());
  EXPECT_EQ(without_cookie.status, 403);
  EXPECT_THAT(without_cookie.body, HasSubstr("from another site"));
  const Answer wrong = send({.csrf = "x", .cookie = form.cookie}, kRight);
  EXPECT_EQ(wrong.status, 403);
  const Answer foreign =
      post_form("/auth/api/login", kRight, local({{"origin", "http://evil.example"}}));
  EXPECT_EQ(foreign.status, 403);
  // Whoever could read the page's token by CORS is told by the browser.
  const Answer sibling = post_form(
      "/auth/api/login",
      std::string(kRight) + "&csrf=" + form.csrf,
      local({{"cookie", form.cookie}, {"sec-fetch-site", "same-site"}})
  );
  EXPECT_EQ(sibling.status, 403);
  EXPECT_EQ(
      post_form("/auth/api/login", kRight, local({{"sec-fetch-site", "same-origin"}})).status, 303
  );
}

TEST_F(SessionWalk, MakesAnAccountAndLogsItIn) {
  const Answer answer =
      send(open("/auth/register"), "email=n%40example.com&password=memberpass", "/auth/register");
  EXPECT_EQ(answer.status, 303) << answer.body;
  EXPECT_EQ(answer.header("Location"), "/");
  EXPECT_THAT(check({{"cookie", session_cookie(answer)}}).body, HasSubstr("n@example.com"));
}

TEST_F(SessionWalk, SendsARefusedRegistrationBackToItsForm) {
  for (const char* fields : {"email=m%40example.com&password=memberpass", "email=x&password=y"}) {
    const Answer answer = send(open("/auth/register"), fields, "/auth/register");
    EXPECT_EQ(answer.status, 303) << fields;
    EXPECT_EQ(answer.header("Location"), "/auth/register?error=registration");
  }
}

TEST_F(SessionWalk, HidesRegistrationWhereThereIsNone) {
  std::string closed(kConfiguration);
  closed.replace(
      closed.find("\"enabled\": true"), 15, R"("enabled": true, "allow_register": false)"
  );
  ASSERT_TRUE(configure(closed).has_value());
  EXPECT_EQ(get("/auth/register", local()).status, 403);
  EXPECT_THAT(get("/auth/login", local()).body, Not(HasSubstr("/auth/register")));
  EXPECT_EQ(
      post("/auth/register", R"({"email":"n@example.com","password":"memberpass"})", local())
          .status,
      403
  );
}

TEST_F(SessionWalk, AsksBeforeItLogsOut) {
  const Answer entered = enter();
  const std::string cookie = session_cookie(entered);
  const Answer page = get("/auth/api/logout", local({{"cookie", cookie}}));
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(hidden(page, "csrf"), text(entered, "csrf"));
  EXPECT_EQ(check_cookie(cookie), 200);
  const Answer refused = post_form("/auth/api/logout", "", local({{"cookie", cookie}}));
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(check_cookie(cookie), 200);
  const Answer left =
      post_form("/auth/api/logout", "csrf=" + hidden(page, "csrf"), local({{"cookie", cookie}}));
  EXPECT_EQ(left.status, 303);
  EXPECT_EQ(left.header("Location"), "/auth/login");
  EXPECT_EQ(check_cookie(cookie), 401);
  EXPECT_EQ(check_cookie("auth=" + cookies_of(entered)["auth"]), 401);
}

TEST_F(SessionWalk, GivesNoCookieOverPlainHttpElsewhere) {
  const Fields elsewhere{{"host", "node.example"}};
  EXPECT_EQ(get("/auth/login", elsewhere).status, 403);
  EXPECT_EQ(post_form("/auth/api/login", kRight, elsewhere).status, 403);
  const Answer program = post(
      "/auth/api/login",
      R"({"email":"m@example.com","password":"memberpass","cookie":true})",
      elsewhere
  );
  EXPECT_EQ(program.status, 200);
  EXPECT_EQ(set_cookie_of(program, "nd_session"), "");
  EXPECT_EQ(set_cookie_of(program, "nd_device"), "");
  const std::string cookie = session_cookie(enter());
  EXPECT_EQ(get("/api/check", {{"host", "node.example"}, {"cookie", cookie}}).status, 401);
}

TEST_F(SessionWalk, RefusesMembersThatItDoesNotKnow) {
  const Answer answer =
      post("/auth/api/login", R"({"email":"m@example.com","pasword":"memberpass"})", local());
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(text(answer, "message"), HasSubstr("\"pasword\""));
}

TEST_F(SessionWalk, SpeaksChineseToWhoPrefersIt) {
  const Fields fields = local({{"accept-language", "zh-CN,zh;q=0.9,en;q=0.8"}});
  const Answer page = get("/auth/login", fields);
  EXPECT_THAT(page.body, HasSubstr("<html lang=\"zh\">"));
  EXPECT_THAT(page.body, HasSubstr("登录"));
  const Answer refused = get("/api/check", fields);
  EXPECT_EQ(text(refused, "error"), "需要登录");
  EXPECT_EQ(text(refused, "code"), "UNAUTHENTICATED");
}

TEST_F(SessionWalk, EscapesWhatAPageShows) {
  const std::string page =
      login_page(Language::kEnglish, {.csrf = "\"><b>", .next = "/'\"<i>", .email = "\"><script>"});
  EXPECT_THAT(page, Not(HasSubstr("<b>")));
  EXPECT_THAT(page, Not(HasSubstr("<i>")));
  EXPECT_THAT(page, Not(HasSubstr("<script>")));
}

struct Language_ {
  const char* field;
  Language language;
};
class Languages : public testing::TestWithParam<Language_> {};

TEST_P(Languages, FollowTheWeights) {
  EXPECT_EQ(language_of(GetParam().field), GetParam().language);
}

INSTANTIATE_TEST_SUITE_P(
    Fields,
    Languages,
    testing::Values(
        Language_{"", Language::kEnglish},
        Language_{"zh", Language::kChinese},
        Language_{"ZH-tw", Language::kChinese},
        Language_{"en, zh", Language::kEnglish},
        Language_{"zh, en", Language::kChinese},
        Language_{"en;q=0.5, zh;q=0.9", Language::kChinese},
        Language_{"zh;q=0.5, en;q=0.9", Language::kEnglish},
        Language_{"de, zh;q=0.1", Language::kChinese},
        Language_{"zh;q=0", Language::kEnglish},
        Language_{"zha", Language::kEnglish},
        Language_{"zh;q=x", Language::kEnglish},
        Language_{",;,q=,zh;q=", Language::kEnglish}
    )
);

struct Next {
  const char* asked;
  const char* answered;
};
class NextPath : public testing::TestWithParam<Next> {};

TEST_P(NextPath, StaysOnThisSite) {
  EXPECT_EQ(next_path(GetParam().asked), GetParam().answered);
}

INSTANTIATE_TEST_SUITE_P(
    Paths,
    NextPath,
    testing::Values(
        Next{"", "/"},
        Next{"/", "/"},
        Next{"/desk?a=1&b=%20#x", "/desk?a=1&b=%20#x"},
        Next{"/été", "/%C3%A9t%C3%A9"},
        Next{"desk", "/"},
        Next{"//evil", "/"},
        Next{"/\\evil", "/"},
        Next{"https://evil", "/"},
        Next{"javascript:alert(1)", "/"},
        Next{"/%2Fevil", "/"},
        Next{"%2F%2Fevil", "/"},
        Next{"/%252Fevil", "/"},
        Next{"/%5Cevil", "/"},
        Next{"/%255Cevil", "/"},
        Next{"/a%0d%0aSet-Cookie:x", "/"},
        Next{"/a%250aSet-Cookie:x", "/"},
        Next{"/a\r\nb", "/"},
        Next{"/%zz", "/"},
        Next{"/%ff", "/"},
        Next{"/a//b", "/"}
    )
);

}  // namespace
}  // namespace noded::auth
