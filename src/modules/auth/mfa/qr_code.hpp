// A QR code as SVG, for a page that loads nothing. By libqrencode; thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace noded::auth {

// The element <svg>, black on white whatever the page's colours are, since readers expect that.
// `label` is what it is read out as. Empty when the text, at most some 2,000 bytes, does not fit.
std::string qr_code_svg(const std::string& text, std::string_view label);

}  // namespace noded::auth
