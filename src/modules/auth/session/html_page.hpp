// HtmlPage: one of the node's own pages, written from top to bottom: plain HTML that works without
// scripts; what needs the one there may be is hidden until that shows it. Whatever is put into it
// is escaped.
#pragma once

#include "noded/http.hpp"

#include "modules/auth/session/language.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace noded::auth {

inline constexpr std::string_view kStylePath = "/auth/style.css";

class HtmlPage {
 public:
  HtmlPage(Language language, std::string_view title);

  void paragraph(std::string_view text);
  // Stands out, and is read out first.
  void problem(std::string_view text);
  void begin_form(std::string_view action);
  void hidden(std::string_view name, std::string_view value);
  // One that the script fills, by these texts.
  struct Text {
    std::string_view name;  // data-NAME
    std::string_view text;
  };
  void hidden(std::string_view name, std::span<const Text> texts);
  struct Field {
    std::string_view name;
    std::string_view type;  // of the input: "email"
    std::string_view label;
    std::string_view autocomplete;
    std::string_view value{};
    std::string_view hint{};  // empty: none
    bool is_new_password = false;
    std::string_view id{};  // empty: the name
  };
  void field(const Field& field);  // has to be filled in
  void end_form(std::string_view button);
  void list(std::span<const std::string> texts);
  // An element that the node drew, as it is.
  void drawing(std::string_view svg);
  void link(std::string_view before, std::string_view target, std::string_view text);

  // For the script, which shows what is marked data-passkey.
  void begin_scripted();
  void end_scripted();
  void button(std::string_view id, std::string_view text);
  // An empty element with texts for the script; it begins hidden where `is_problem`.
  void slot(std::string_view id, bool is_problem, std::span<const Text> texts);
  void without_script(std::string_view text);
  void script(std::string_view target, std::string_view base);

  std::string finish();

 private:
  void attribute(std::string_view name, std::string_view value);
  void element(std::string_view begin, std::string_view text, std::string_view end);

  std::string html_;
};

enum class Scripts : std::uint8_t { kNone, kOwn };
// With the policy that goes with such pages: nothing from elsewhere.
http::Response answer_page(int status, std::string html, Scripts scripts = Scripts::kNone);

// What kStylePath answers.
std::string_view style_sheet() noexcept;

}  // namespace noded::auth
