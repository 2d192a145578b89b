// HtmlPage: one of the node's own pages, written from top to bottom: plain HTML without scripts.
// Whatever is put into it is escaped.
#pragma once

#include "noded/http.hpp"

#include "modules/auth/session/language.hpp"

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
  struct Field {
    std::string_view name;
    std::string_view type;  // of the input: "email"
    std::string_view label;
    std::string_view autocomplete;
    std::string_view value{};
    std::string_view hint{};  // empty: none
    bool is_new_password = false;
  };
  void field(const Field& field);  // has to be filled in
  void end_form(std::string_view button);
  void link(std::string_view before, std::string_view target, std::string_view text);

  std::string finish();

 private:
  void attribute(std::string_view name, std::string_view value);
  void element(std::string_view begin, std::string_view text, std::string_view end);

  std::string html_;
};

// With the policy that goes with such pages: nothing from elsewhere, no script.
http::Response answer_page(int status, std::string html);

// What kStylePath answers.
std::string_view style_sheet() noexcept;

}  // namespace noded::auth
