// Message: a short letter as the node sends them: plain text to one address.
#pragma once

#include <string>

namespace noded::mail {

struct Message {
  std::string to;       // an address that is_address() takes
  std::string subject;  // UTF-8, one line
  std::string text;     // UTF-8, lines ended by '\n'
};

}  // namespace noded::mail
