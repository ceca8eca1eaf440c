/* Whose root is the jail, and how it is confined to it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_COMMAND_SURVEY_ROOTS_H
#define SHIM_COMMAND_SURVEY_ROOTS_H

#include "command/survey/survey.h"

/** survey_judge_roots() - say of each process whether it is jailed, with all its threads. */
void survey_judge_roots(struct survey *survey, const struct survey_question *question);

#endif
