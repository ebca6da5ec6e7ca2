#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
#
# What a team sends from its inbox: it accepts a handover in three clicks, says whether it knows somebody,
# answers a question or says why not, gives a rating, says that a task is done, records an agreement, ends its part.
# Once, whatever the browser does; and what is refused says why, with the phone line.

. "${SRC:?run by tests/lib/run-tests}/tests/lib/test-lib.sh" || exit 1
. "$SRC/tests/lib/hub-lib.sh"
. "$SRC/tests/lib/adapter-lib.sh"
. "$SRC/tests/lib/serve-lib.sh"
. "$SRC/tests/lib/inbox-lib.sh"

inbox_partners
hub_make "$TMPDIR/een hub" || skip_all "the keys could not be made: $(tail -1 "$TMPDIR/een hub/keys.log")"
adapters_make
inbox_make
hub_start
system_start vt-zw
adapter_start vt-zw
adapter_start police
adapter_start inbox
inbox_login u-jo
test_is "$status" 303 'logged in'

vt_count() {
	grep -l "\"kind\":\"$1\"" "$HUB/system-vt-zw/messages/"*.json 2>/dev/null | wc -l
}

offer_words() {
	inbox u-jo GET "$offer" && grep -q "$1" page
}

# --- a handover, in three clicks ----------------------------------------------------------------------

report_drop PL1100-2026-000210
test_wait_for 20 'a police report opens the case' vt_find vt-zw police_report
inbox_offer VT-O1 "$("$PYTHON" "$SRC/tests/lib/sections.py" "$(vt_find vt-zw police_report)" get caseRef)" >offer.json
test_expect 'Veilig Thuis offers a handover' vt vt-zw post offer.json o-1
test_wait_for 20 'the team has it' inbox_has u-jo 'Aanbod tot overdracht'
offer=$item
test_like "$(cat page)" 'Anna &lt;i&gt; Bakker' 'the list says who it is about; markup in a name is text'
inbox u-jo GET "$offer"
test_like "$(tr '\n' ' ' <page)" 'Niet gedeeld.*[Vv]erklaring|Bedreigd met een mes' 'the first click: what it is'
grep -Eq 'stand van [a-z]{2} [0-9]+ [a-z]+ [0-9]{4}</p>' page
test_ok $? 'as of which day'
test_like "$(cat page)" "href=\"$offer/aannemen\">Aannemen" 'the second: accept'
inbox u-jo GET "$offer/aannemen"
test_like "$(cat page)" 'Ja, wij nemen de regie over' 'the third says what it means'
! grep -Eq '<textarea|<input id=|<select' page
test_ok $? 'and nothing is typed again'
inbox_form u-jo "$offer/aannemen"
test_is "$status" 303 'accepted'
test_wait_for 20 'Veilig Thuis reads it' vt_message vt-zw handover_answer
answer=$(vt_message vt-zw handover_answer)
test_like "$("$PYTHON" "$SRC/tests/lib/sections.py" "$answer")" 'event answer .*accepted' 'as accepted'
inbox u-jo POST "$offer/aannemen" "${sent[@]}"
test_is "$status" 303 'the same click again'
inbox u-jo POST "$offer/aannemen" "${sent[@]}" -d reden=capacity
test_is "$status" 409 'the same form with another content is refused'
test_wait_for 20 'it arrived, says the page' offer_words 'Aangekomen'
test_is "$(grep -c 'class="good"' page)" 1 'one answer'
test_like "$(cat page)" '<p>Aanvaard</p>' 'which one can be read back'
! grep -q 'Antwoord nodig' page
test_ok $? 'none is waited for'
test_like "$(cat page)" 'Casusregisseur, Wijkteam Zaanstad' 'who directs is called by its name'
! grep -q "$offer/aannemen" page
test_ok $? 'which is not asked again'
inbox u-jo POST "$offer/oppakken" -d "token=$(inbox_token)"
inbox u-jo GET /
test_like "$(cat page)" 'Opgepakt door Joke de Vries' 'colleagues see who has it'

# --- known or not, an answer, a refusal ---------------------------------------------------------------

inbox_ask VT-K1 known_query >known.json
test_expect 'Veilig Thuis asks whether a person is known' vt vt-zw post known.json k-1
test_wait_for 20 'the team reads it' inbox_has u-jo 'Vraag of iemand bekend is'
inbox_form u-jo "$item/niet-bekend"
test_wait_for 20 'Veilig Thuis reads that he is not' vt_message vt-zw known_answer

inbox_ask VT-I1 information_request >ask.json
test_expect 'Veilig Thuis asks for information' vt vt-zw post ask.json i-1
test_wait_for 20 'the team reads it' inbox_has u-jo 'Informatieverzoek'
asked=$item
inbox_form u-jo "$asked/informatie" 'over=9'
test_is "$status" 400 'an answer about somebody else is none'
inbox_form u-jo "$asked/informatie" "over=$(inbox_person)"
test_is "$status" 400 'nor an empty one'
inbox u-jo GET "$asked/informatie"
who=$(inbox_person)
inbox_form u-jo "$asked/informatie" "over=$who" $'hulp=Ambulante hulp,\r\ntwee keer per week. <b>' bron=observed status=fact \
	'organisatie=GGZ' 'functie=behandelaar' 'telefoon=075 000 0000'
test_is "$status" 303 'answered'
test_wait_for 20 'Veilig Thuis has the answer' vt_message vt-zw information_response
got=$(vt_message vt-zw information_response)
grep -q 'Ambulante hulp,\\ntwee keer per week. <b>' "$got" && grep -q '"organisation":"GGZ"' "$got"
test_ok $? 'word by word'
grep -q '"status":"fact"' "$got"
test_ok $? 'with its marks'

inbox_ask VT-I2 information_request >ask.json
test_expect 'and asks again' vt vt-zw post ask.json i-2
again() {
	inbox_has u-jo 'Informatieverzoek' && [ "$item" != "$asked" ]
}
test_wait_for 20 'a second question' again
inbox_form u-jo "$item/weigeren" reden=
test_is "$status" 400 'a refusal has a reason'
inbox_form u-jo "$item/weigeren" reden=secrecy 'tekst=Beroepsgeheim gaat voor.'
test_wait_for 20 'Veilig Thuis reads why not' vt_message vt-zw refusal

# --- a rating, a task, an agreement, the end; a rating that may not go ---------------------------------

inbox u-jo GET "$offer/cijfer"
inbox_form u-jo "$offer/cijfer" "over=$(inbox_person)" cijfer=11
test_is "$status" 400 'an eleven is no rating'
inbox u-jo GET "$offer/cijfer"
inbox_form u-jo "$offer/cijfer" "over=$(inbox_person)" cijfer=5 'tekst=Zij slaapt slecht.'
test_is "$status" 303 'a rating'
test_wait_for 20 'Veilig Thuis has it' vt_message vt-zw safety_rating
test_like "$(cat "$(vt_message vt-zw safety_rating)")" '"score":5' 'as it was given'
plan_task() {
	inbox_has u-jo 'Veiligheidsplan herzien'
}
open_tasks() {
	hub_ctl status | awk '$1 == "tasks.open" { print $2 }'
}
test_wait_for 20 'a figure below 6 puts the plan back on the table: a task' plan_task
plan_task
task=$item
inbox u-jo GET "$task"
test_like "$(cat page)" "href=\"$task/gedaan\">Gedaan" 'which has one button'
before=$(open_tasks)
inbox_login u-bo
inbox_fill u-bo "$task/gedaan"
theirs=("${sent[@]}")
inbox_form u-jo "$task/gedaan"
test_is "$status" 303 'done'
inbox u-jo POST "$task/gedaan" "${sent[@]}"
test_is "$status" 303 'a double click is one'
inbox u-bo POST "$task/gedaan" "${theirs[@]}"
test_is "$status" 409 'a colleague with a form of his own'
test_like "$(cat page)" 'Dit deed uw team al' 'reads that it was done'
fewer() {
	[ "$(open_tasks)" -lt "$before" ]
}
test_wait_for 20 'the hub reminds nobody of it any more' fewer
inbox u-jo GET /
! grep -q "$task" page
test_ok $? 'and it is out of the list'
task_known() {
	inbox u-jo GET "$task" && grep -q 'Het knooppunt weet het' page
}
test_wait_for 20 'the page says that the hub knows' task_known
test_is "$(grep -c 'class="good"' page)" 1 'once'
! grep -Eq "$task/(gedaan|klaar|heropenen)" page
test_ok $? 'there is nothing left to do'
test_like "$(tr '\n' ' ' <page)" 'Taak gereed</b> door Joke de Vries, [a-z]{2} [0-9]+ [a-z]+ [0-9]{4}, [0-9:]+</p>' 'with who did it, and when'

inbox u-jo GET "$offer/afspraak"
inbox_form u-jo "$offer/afspraak" "over=$(inbox_person)" aanleiding=next_incident maatregel=house_ban 'als=Hij staat weer voor de deur.' \
	'dan=Bel de politie, die vraagt een huisverbod.' "tot=$(date -u -d '+60 days' +%F)"
test_wait_for 20 'an agreement reaches Veilig Thuis' vt_message vt-zw conditional_agreement
test_like "$(cat "$(vt_message vt-zw conditional_agreement)")" '"value":"house_ban","detail":"next_incident"' 'as a code, and in words'
inbox_form u-jo "$offer/einde"
test_wait_for 20 'that its part ends, too' vt_message vt-zw closed

inbox u-jo GET "$asked/cijfer"
inbox_form u-jo "$asked/cijfer" "over=$(inbox_person)" cijfer=6
refused() {
	inbox u-jo GET "$asked" && grep -q 'Niet verstuurd' page
}
test_wait_for 20 'what no rule permits: a rating in a case that there is not' refused
test_like "$(tr '\n' ' ' <page)" 'Niet verstuurd.*class="call">Bel: <a href="tel:' 'says so in words, with the phone line'
inbox u-jo GET /
test_like "$(tr '\n' ' ' <page)" 'Nu nodig.*Niet aangekomen' 'and is on top of the list'
inbox u-jo POST "$asked/gezien" -d "token=$(inbox_token)"
inbox u-jo GET /
! grep -q 'Niet aangekomen' page
test_ok $? 'until somebody saw it'

# --- a session that ends, and no hub ------------------------------------------------------------------

inbox u-jo GET "$offer/cijfer"
who=$(inbox_person)
stop_bg adapter-inbox
stop_bg hub
adapter_start_alone inbox
ratings=$(vt_count safety_rating)
inbox u-jo POST "$offer/cijfer" -d wie=u-jo -d eenmaal=00112233445566778899aabbccddeeff -d "over=$who" -d cijfer=6 \
	--data-urlencode 'tekst=Nog een keer <em>'
test_is "$status" 403 'a session that ended'
"$PYTHON" - page <<'PY' >hidden
import html, re, sys
page = open(sys.argv[1]).read()
print(html.unescape(re.search(r'name="tekst" value="([^"]*)"', page).group(1)), end="")
PY
inbox u-jo POST /inloggen --data-urlencode "waar=$offer/cijfer" --data-urlencode tekst@hidden --data-urlencode naam=u-jo \
	--data-urlencode "wachtwoord=$inbox_password" --data-urlencode "code=$(inbox_code u-jo 1)"
test_is "$status" 200 'after logging in'
test_like "$(tr '\n' ' ' <page)" 'er is nog niets verstuurd.*value="6" checked.*Nog een keer &lt;em&gt;' 'what was written is there again'
inbox u-jo POST "$offer/cijfer" -d "token=$(inbox_token)" -d wie=u-jo -d eenmaal=00112233445566778899aabbccddeeff \
	-d "over=$who" -d cijfer=6 --data-urlencode 'tekst=Nog een keer <em>'
test_is "$status" 303 'and goes by one more click'
inbox u-jo GET "$offer"
test_like "$(cat page)" 'Onderweg naar het knooppunt' 'with the hub away it is on its way'
hub_start
more() {
	[ "$(vt_count safety_rating)" -gt "$ratings" ]
}
test_wait_for 60 'and arrives when it is back' more
inbox u-jo GET "$offer"
inbox u-jo POST "$offer/klaar" -d "token=$(inbox_token)"
inbox u-jo GET /
! grep -q "$offer" page
test_ok $? 'done is out of sight'
inbox u-jo GET /klaar
test_like "$(cat page)" "$offer" 'and can be found'

for name in inbox police vt-zw; do
	stop_bg "adapter-$name"
done
stop_bg hub
test_expect 'the trail verifies' "$BIN/schakel-audit" verify --store "$HUB/store" \
	--log-key "$HUB/keys/hub/log.vkey" --vault "$HUB/vault" --guard "$HUB/guard"
done_testing
