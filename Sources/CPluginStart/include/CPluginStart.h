// Nothing is called from here: see plugin_start.c.

#pragma once
