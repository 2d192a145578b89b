#include "modules/auth/session/html_page.hpp"

#include "codec/text.hpp"

#include <utility>

namespace noded::auth {
namespace {

constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors "
    "'none'";
constexpr std::string_view kScriptPolicy = "; script-src 'self'; connect-src 'self'";

}  // namespace

HtmlPage::HtmlPage(Language language, std::string_view title) {
  html_ = "<!doctype html>\n<html";
  attribute("lang", tag_of(language));
  html_ +=
      ">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\">\n<meta name=\"robots\" "
      "content=\"noindex\">\n";
  element("<title>", title, "</title>\n<link rel=\"stylesheet\"");
  attribute("href", kStylePath);
  html_ += ">\n</head>\n<body>\n<main>\n";
  element("<h1>", title, "</h1>\n");
}

void HtmlPage::attribute(std::string_view name, std::string_view value) {
  html_.append(" ").append(name).append("=\"");
  codec::append_html_text(html_, value);
  html_ += '"';
}

void HtmlPage::element(std::string_view begin, std::string_view text, std::string_view end) {
  html_.append(begin);
  codec::append_html_text(html_, text);
  html_.append(end);
}

void HtmlPage::paragraph(std::string_view text) {
  element("<p>", text, "</p>\n");
}

void HtmlPage::problem(std::string_view text) {
  element("<p class=\"problem\" role=\"alert\">", text, "</p>\n");
}

void HtmlPage::begin_form(std::string_view action) {
  html_ += "<form method=\"post\"";
  attribute("action", action);
  html_ += ">\n";
}

void HtmlPage::hidden(std::string_view name, std::string_view value) {
  html_ += "<input type=\"hidden\"";
  attribute("name", name);
  attribute("value", value);
  html_ += ">\n";
}

void HtmlPage::hidden(std::string_view name, std::span<const Text> texts) {
  html_ += "<input type=\"hidden\"";
  attribute("name", name);
  for (const Text& text : texts)
    attribute("data-" + std::string(text.name), text.text);
  html_ += ">\n";
}

void HtmlPage::field(const Field& field) {
  const std::string_view id = field.id.empty() ? field.name : field.id;
  html_ += "<label";
  attribute("for", id);
  element(">", field.label, "</label>\n<input required");
  attribute("id", id);
  attribute("name", field.name);
  attribute("type", field.type);
  attribute("autocomplete", field.autocomplete);
  if (field.type != "password") html_ += " autocapitalize=\"none\" spellcheck=\"false\"";
  if (field.is_new_password) html_ += " minlength=\"8\"";
  if (!field.value.empty()) attribute("value", field.value);
  if (!field.hint.empty()) {
    const std::string hint = std::string(id) + "-hint";
    attribute("aria-describedby", hint);
    html_ += ">\n<p class=\"hint\"";
    attribute("id", hint);
    element(">", field.hint, "</p>\n");
    return;
  }
  html_ += ">\n";
}

void HtmlPage::end_form(std::string_view button) {
  element("<button type=\"submit\">", button, "</button>\n</form>\n");
}

void HtmlPage::list(std::span<const std::string> texts) {
  html_ += "<ul class=\"codes\">\n";
  for (const std::string& text : texts)
    element("<li>", text, "</li>\n");
  html_ += "</ul>\n";
}

void HtmlPage::drawing(std::string_view svg) {
  html_.append(svg).append("\n");
}

void HtmlPage::link(std::string_view before, std::string_view target, std::string_view text) {
  element("<p>", before, before.empty() ? "<a" : " <a");
  attribute("href", target);
  element(">", text, "</a></p>\n");
}

void HtmlPage::begin_scripted() {
  html_ += "<div data-passkey hidden>\n";
}

void HtmlPage::end_scripted() {
  html_ += "</div>\n";
}

void HtmlPage::button(std::string_view id, std::string_view text) {
  html_ += "<button type=\"button\"";
  attribute("id", id);
  element(">", text, "</button>\n");
}

void HtmlPage::slot(std::string_view id, bool is_problem, std::span<const Text> texts) {
  html_ += is_problem ? "<p class=\"problem\" role=\"alert\" hidden" : "<ul";
  attribute("id", id);
  for (const Text& text : texts)
    attribute("data-" + std::string(text.name), text.text);
  html_ += is_problem ? "></p>\n" : "></ul>\n";
}

void HtmlPage::without_script(std::string_view text) {
  element("<noscript><p>", text, "</p></noscript>\n");
}

void HtmlPage::script(std::string_view target, std::string_view base) {
  html_ += "<script defer";
  attribute("src", target);
  attribute("data-base", base);
  html_ += "></script>\n";
}

std::string HtmlPage::finish() {
  return std::move(html_) + "</main>\n</body>\n</html>\n";
}

http::Response answer_page(int status, std::string html, Scripts scripts) {
  std::string policy(kPolicy);
  if (scripts == Scripts::kOwn) policy += kScriptPolicy;
  http::Response response = http::Response::text(status, std::move(html));
  response.content_type = "text/html; charset=utf-8";
  response.headers.push_back({"Cache-Control", "no-store"});
  response.headers.push_back({"Content-Security-Policy", std::move(policy)});
  response.headers.push_back({"Referrer-Policy", "same-origin"});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  return response;
}

}  // namespace noded::auth
