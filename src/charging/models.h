#pragma once

// The ten common models: what every part of the system, and everybody who reads our data, means by these
// words.

#include "charging/charging_event.h"
#include "charging/charging_stat.h"
