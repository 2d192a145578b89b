#include "roles/api/role_mail.hpp"

#include "codec/json.hpp"
#include "http/error_answer.hpp"
#include "mail/mail_setup.hpp"
#include "modules/auth/passkey/passkey_options.hpp"

#include <boost/json/object.hpp>

#include <utility>

namespace noded::roles {
namespace {

constexpr std::string_view kRoutes = "mail";
constexpr std::uint64_t kMaxBody = 1024;

mail::Message test_message(std::string to) {
  return {
      .to = std::move(to),
      .subject = "noded: mail works",
      .text =
          "This message shows that this node can send mail.\n"
          "此邮件表明该节点可以发送邮件。\n"
  };
}

// The address of {"to":"somebody@example.org"}.
Result<std::string> read_address(const std::string& body) {
  const auto given = codec::parse_json(body, "request body");
  if (!given) return std::unexpected(given.error());
  const auto* object = given->if_object();
  const auto* to = object == nullptr ? nullptr : object->if_contains("to");
  if (to == nullptr || object->size() != 1 || !to->is_string())
    return fail(Errc::kInvalid, R"(expected {"to":"somebody@example.org"})");
  return std::string(std::string_view(to->get_string()));
}

}  // namespace

RoleMail::RoleMail(Node& node) : node_(node) {
  read_ = read();
}

Result<> RoleMail::read() {
  const Options& options = node_.options();
  auto url = mail::read_public_url(options);
  if (!url) return std::unexpected(std::move(url.error()));
  public_url_ = std::move(*url);
  if (const auto& origins = options.get(auth::kPasskeyOrigins);
      public_url_.empty() && !origins.empty())
    public_url_ = origins.front();
  if (const std::string& domain = options.get(auth::kRpId); public_url_.empty() && !domain.empty())
    public_url_ = "https://" + domain;
  auto setup = mail::read_mail_setup(options);
  if (!setup) return std::unexpected(std::move(setup.error()));
  if (!*setup) return {};
  if (public_url_.empty()) {
    return fail(
        Errc::kInvalid,
        "mail.public_url: letters need to know where people reach the node, such as "
        "https://app.example.org"
    );
  }
  mailer_ = std::make_unique<mail::Mailer>(
      node_.executor(), std::move(**setup), node_.clock(), node_.log()
  );
  return {};
}

Result<> RoleMail::start() {
  if (!read_) return read_;
  if (mailer_ != nullptr) tell();
  http::Route route{};
  route.method = http::Method::kPost;
  route.pattern = "/api/admin/mail/test";
  route.max_body = kMaxBody;
  route.handler = [this](http::Request& request) {
    return test(request);
  };
  return node_.router().mount(std::string(kRoutes), {std::move(route)});
}

void RoleMail::tell() {
  const auto counter = [this](std::string name, std::string help, auto read) {
    node_.add_counter(std::move(name), std::move(help), [this, read] {
      return static_cast<double>(read(*mailer_));
    });
  };
  using mail::Mailer;
  counter("noded_mail_sent_total", "letters that the mail server took", [](const Mailer& mailer) {
    return mailer.sent();
  });
  counter("noded_mail_failed_total", "letters given up", [](const Mailer& mailer) {
    return mailer.failed();
  });
  counter("noded_mail_retries_total", "tries that have to be repeated", [](const Mailer& mailer) {
    return mailer.retried();
  });
  node_.add_gauge("noded_mail_waiting", "letters that wait or are on their way", [this] {
    return static_cast<double>(mailer_->waiting());
  });
}

Task<http::Response> RoleMail::test(http::Request& request) {
  if (request.identity == nullptr || request.identity->kind != Identity::Kind::kLocalOperator)
    co_return http::Response::text(404, "404 Not Found");
  if (mailer_ == nullptr)
    co_return http::answer_refusal(501, "no mail is configured: set mail.smtp and mail.from");
  const auto body = co_await request.read_body(kMaxBody);
  if (!body) co_return http::answer_error(body.error());
  auto to = read_address(*body);
  if (!to) co_return http::answer_error(to.error());
  const auto said = co_await mailer_->deliver(test_message(std::move(*to)));
  if (!said && said.error().code == Errc::kInvalid) co_return http::answer_error(said.error());
  if (!said) co_return http::answer_refusal(502, said.error().message);
  co_return http::Response::json(200, codec::to_json_text(boost::json::object{{"answer", *said}}));
}

Task<> RoleMail::stop() {
  node_.router().unmount(kRoutes);
  if (mailer_ != nullptr) co_await mailer_->stop(node_.store_lane());
}

}  // namespace noded::roles
