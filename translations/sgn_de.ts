<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>Activity</name>
    <message>
        <source>Update</source>
        <translation>Update</translation>
    </message>
    <message>
        <source>Log request</source>
        <translation>Anforderung von Logs</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>Neustart</translation>
    </message>
    <message>
        <source>Cancellation</source>
        <translation>Abbruch</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>Online</source>
        <translation>Online</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>Offline</translation>
    </message>
    <message>
        <source>%1 sent</source>
        <translation>%1 gesendet</translation>
    </message>
    <message>
        <source>%1 done</source>
        <translation>%1 erledigt</translation>
    </message>
    <message>
        <source>%1 failed</source>
        <translation>%1 fehlgeschlagen</translation>
    </message>
    <message>
        <source>%1 not answered in time</source>
        <translation>%1 nicht rechtzeitig beantwortet</translation>
    </message>
    <message>
        <source>%1 died</source>
        <translation>%1 ist ausgefallen</translation>
    </message>
    <message>
        <source>%1 runs again</source>
        <translation>%1 läuft wieder</translation>
    </message>
    <message>
        <source>%1: version %2</source>
        <translation>%1: Version %2</translation>
    </message>
    <message>
        <source>Logs received</source>
        <translation>Logs erhalten</translation>
    </message>
    <message>
        <source>Logs could not be fetched</source>
        <translation>Logs konnten nicht geholt werden</translation>
    </message>
    <message>
        <source>Identity in doubt</source>
        <translation>Identität zweifelhaft</translation>
    </message>
    <message>
        <source>Reboot</source>
        <translation>Neustart des Geräts</translation>
    </message>
    <message>
        <source>Rollback</source>
        <translation>Rückkehr zum vorigen Release</translation>
    </message>
    <message>
        <source>Configuration</source>
        <translation>Konfiguration</translation>
    </message>
    <message>
        <source>Became one of the fleet&apos;s devices</source>
        <translation>Gehört jetzt zur Flotte</translation>
    </message>
    <message>
        <source>Taken out of the fleet</source>
        <translation>Aus der Flotte entfernt</translation>
    </message>
    <message>
        <source>%1 sent by %2</source>
        <translation>%1 gesendet von %2</translation>
    </message>
</context>
<context>
    <name>ActivityScreen</name>
    <message>
        <source>Activity</source>
        <translation>Aktivität</translation>
    </message>
    <message>
        <source>Everything sent and received, newest first.</source>
        <translation>Alles Gesendete und Beantwortete, das Neueste zuerst.</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>Filter</translation>
    </message>
    <message>
        <source>No match</source>
        <translation>Nichts passt</translation>
    </message>
    <message>
        <source>Nothing has happened yet</source>
        <translation>Noch ist nichts passiert</translation>
    </message>
    <message>
        <source>No entry matches the filter.</source>
        <translation>Keine Zeile passt zum Filter.</translation>
    </message>
    <message>
        <source>Commands, replies and what devices report on their own are listed here.</source>
        <translation>Hier stehen Befehle, Antworten und was Geräte von sich aus melden.</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportieren…</translation>
    </message>
    <message>
        <source>Save the lines that are shown</source>
        <translation>Die angezeigten Zeilen speichern</translation>
    </message>
    <message>
        <source>Tables (*.csv)</source>
        <translation>Tabellen (*.csv)</translation>
    </message>
</context>
<context>
    <name>Age</name>
    <message>
        <source>now</source>
        <translation>jetzt</translation>
    </message>
</context>
<context>
    <name>Attention</name>
    <message>
        <source>%1 keeps crashing</source>
        <translation>%1 stürzt immer wieder ab</translation>
    </message>
    <message>
        <source>%1 dead for %2</source>
        <translation>%1 tot seit %2</translation>
    </message>
    <message>
        <source>%1 is dead</source>
        <translation>%1 ist tot</translation>
    </message>
    <message numerus="yes">
        <source>%n restart(s)</source>
        <translation>
            <numerusform>%n Neustart</numerusform>
            <numerusform>%n Neustarts</numerusform>
        </translation>
    </message>
    <message>
        <source>update on its way</source>
        <translation>Update ist unterwegs</translation>
    </message>
    <message>
        <source>%1, %2 %</source>
        <translation>%1, %2 %</translation>
    </message>
    <message>
        <source>update failed</source>
        <translation>Update fehlgeschlagen</translation>
    </message>
    <message>
        <source>the update was not answered in time</source>
        <translation>das Update wurde nicht rechtzeitig beantwortet</translation>
    </message>
    <message>
        <source>sends what can&apos;t be read: %1</source>
        <translation>sendet Unlesbares: %1</translation>
    </message>
    <message>
        <source>doesn&apos;t answer, though the server shows it online</source>
        <translation>antwortet nicht, obwohl der Server es online zeigt</translation>
    </message>
    <message>
        <source>its card is read-only and has to be replaced</source>
        <translation>seine Speicherkarte ist schreibgeschützt und muss ersetzt werden</translation>
    </message>
    <message>
        <source>disk almost full: %1 MB free</source>
        <translation>Speicher fast voll: %1 MB frei</translation>
    </message>
    <message>
        <source>too hot: %1 °C</source>
        <translation>zu heiß: %1 °C</translation>
    </message>
    <message>
        <source>its clock is wrong by %1</source>
        <translation>seine Uhr geht um %1 falsch</translation>
    </message>
    <message>
        <source>offline for %1, an update waits for it</source>
        <translation>offline seit %1, ein Update wartet</translation>
    </message>
    <message>
        <source>never seen, an update waits for it</source>
        <translation>nie gesehen, ein Update wartet</translation>
    </message>
</context>
<context>
    <name>Chip</name>
    <message>
        <source>Remove filter %1</source>
        <translation>Filter %1 entfernen</translation>
    </message>
</context>
<context>
    <name>ColumnList</name>
    <message>
        <source>Move %1 to the front</source>
        <translation>%1 nach vorn</translation>
    </message>
    <message>
        <source>Move %1 to the end</source>
        <translation>%1 nach hinten</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Zurücksetzen</translation>
    </message>
</context>
<context>
    <name>ConnectionBanner</name>
    <message>
        <source>Not connected, this is the last known state: %1. %2</source>
        <translation>Nicht verbunden, dies ist der letzte bekannte Stand: %1. %2</translation>
    </message>
    <message>
        <source>Sign in again</source>
        <translation>Neu anmelden</translation>
    </message>
    <message>
        <source>Try now</source>
        <translation>Jetzt versuchen</translation>
    </message>
</context>
<context>
    <name>DataTable</name>
    <message>
        <source>Select all shown</source>
        <translation>Alle angezeigten auswählen</translation>
    </message>
    <message>
        <source>Columns</source>
        <translation>Spalten</translation>
    </message>
</context>
<context>
    <name>DeadScreen</name>
    <message>
        <source>Dead processes</source>
        <translation>Tote Prozesse</translation>
    </message>
    <message>
        <source>All known processes are running.</source>
        <translation>Alle bekannten Prozesse leben.</translation>
    </message>
    <message numerus="yes">
        <source>%n process(es) not running for more than a minute</source>
        <translation>
            <numerusform>%n Prozess läuft seit mehr als einer Minute nicht</numerusform>
            <numerusform>%n Prozesse laufen seit mehr als einer Minute nicht</numerusform>
        </translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>Filter</translation>
    </message>
    <message>
        <source>No dead processes</source>
        <translation>Nichts ist tot</translation>
    </message>
    <message>
        <source>No match</source>
        <translation>Kein Prozess passt</translation>
    </message>
    <message>
        <source>A process that hasn&apos;t been running for more than a minute is listed here, with the cause and what to do.</source>
        <translation>Hier steht jeder Prozess, der seit mehr als einer Minute nicht läuft, mit der Ursache und was zu tun ist.</translation>
    </message>
    <message>
        <source>No dead process matches the filter.</source>
        <translation>Keiner der toten Prozesse passt zum Filter.</translation>
    </message>
    <message>
        <source>Get logs</source>
        <translation>Logs holen</translation>
    </message>
    <message>
        <source>Show device</source>
        <translation>Gerät zeigen</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>Neu starten</translation>
    </message>
</context>
<context>
    <name>Death</name>
    <message>
        <source>killed by signal %1</source>
        <translation>durch Signal %1 beendet</translation>
    </message>
    <message>
        <source>exit code %1</source>
        <translation>Exit-Code %1</translation>
    </message>
    <message>
        <source>last heartbeat %1 s before</source>
        <translation>letzter Heartbeat %1 s davor</translation>
    </message>
</context>
<context>
    <name>DeviceDialog</name>
    <message>
        <source>Edit device</source>
        <translation>Gerät bearbeiten</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
</context>
<context>
    <name>DeviceFields</name>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>As on the door, for example</source>
        <translation>Zum Beispiel wie an der Tür</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>Schlagwörter</translation>
    </message>
    <message>
        <source>Separated by commas. They are groups of the contact, which every XMPP client shows.</source>
        <translation>Durch Kommas getrennt. Es sind Gruppen des Kontakts, die jedes XMPP-Programm zeigt.</translation>
    </message>
    <message>
        <source>north, pilot</source>
        <translation>Nord, Pilot</translation>
    </message>
    <message>
        <source>Another field</source>
        <translation>Weiteres Feld</translation>
    </message>
    <message>
        <source>Add field</source>
        <translation>Feld hinzufügen</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Notizen</translation>
    </message>
    <message>
        <source>What the next one should know</source>
        <translation>Was der Nächste wissen sollte</translation>
    </message>
</context>
<context>
    <name>DevicePanel</name>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>Status</translation>
    </message>
    <message>
        <source>Query versions</source>
        <translation>Versionen abfragen</translation>
    </message>
    <message>
        <source>Get logs</source>
        <translation>Logs holen</translation>
    </message>
    <message>
        <source>Processes</source>
        <translation>Prozesse</translation>
    </message>
    <message>
        <source>Timeline</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>Nothing has happened yet.</source>
        <translation>Noch ist nichts passiert.</translation>
    </message>
    <message>
        <source>Edit…</source>
        <translation>Bearbeiten…</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>Karte</translation>
    </message>
</context>
<context>
    <name>Dialog</name>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
</context>
<context>
    <name>Duration</name>
    <message>
        <source>now</source>
        <translation>jetzt</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 min</source>
        <translation>%1 min</translation>
    </message>
    <message>
        <source>%1 h</source>
        <translation>%1 h</translation>
    </message>
    <message>
        <source>%1 d</source>
        <translation>%1 d</translation>
    </message>
    <message>
        <source>%1 ago</source>
        <translation>vor %1</translation>
    </message>
</context>
<context>
    <name>ErrorKind</name>
    <message>
        <source>%1</source>
        <comment>the server refused the login</comment>
        <translation>Anmeldung abgelehnt (%1)</translation>
    </message>
    <message>
        <source>%1</source>
        <comment>network or server not reachable</comment>
        <translation>keine Verbindung (%1)</translation>
    </message>
    <message>
        <source>%1</source>
        <comment>no reply in time</comment>
        <translation>keine Antwort in der Zeit (%1)</translation>
    </message>
    <message>
        <source>%1</source>
        <comment>not allowed</comment>
        <translation>abgelehnt (%1)</translation>
    </message>
    <message>
        <source>%1</source>
        <comment>not found</comment>
        <translation>nicht gefunden (%1)</translation>
    </message>
    <message>
        <source>%1</source>
        <comment>reading or writing failed</comment>
        <translation>Fehler beim Lesen oder Schreiben (%1)</translation>
    </message>
    <message>
        <source>%1</source>
        <comment>damaged file, or one of another kind</comment>
        <translation>unbrauchbare Datei (%1)</translation>
    </message>
    <message>
        <source>%1</source>
        <comment>too large</comment>
        <translation>zu groß (%1)</translation>
    </message>
    <message>
        <source>%1</source>
        <comment>no space left</comment>
        <translation>kein Platz mehr (%1)</translation>
    </message>
    <message>
        <source>%1</source>
        <comment>the hash differs</comment>
        <translation>falsche Prüfsumme (%1)</translation>
    </message>
    <message>
        <source>%1</source>
        <comment>the archive can&apos;t be used</comment>
        <translation>unbrauchbares Archiv (%1)</translation>
    </message>
    <message>
        <source>%1</source>
        <comment>cancelled</comment>
        <translation>abgebrochen (%1)</translation>
    </message>
    <message>
        <source>%1</source>
        <comment>the request isn&apos;t valid</comment>
        <translation>ungültige Angabe (%1)</translation>
    </message>
    <message>
        <source>%1</source>
        <comment>the device doesn&apos;t have this command</comment>
        <translation>unbekannter Befehl (%1)</translation>
    </message>
    <message>
        <source>%1</source>
        <comment>its time was over</comment>
        <translation>abgelaufen (%1)</translation>
    </message>
    <message>
        <source>%1</source>
        <comment>the signature is missing</comment>
        <translation>nicht signiert (%1)</translation>
    </message>
    <message>
        <source>%1</source>
        <comment>the signature is wrong</comment>
        <translation>falsche Signatur (%1)</translation>
    </message>
    <message>
        <source>%1</source>
        <comment>a lower version</comment>
        <translation>niedrigere Version (%1)</translation>
    </message>
    <message>
        <source>%1</source>
        <comment>busy with something else</comment>
        <translation>gerade beschäftigt (%1)</translation>
    </message>
    <message>
        <source>%1</source>
        <comment>the download failed</comment>
        <translation>Download fehlgeschlagen (%1)</translation>
    </message>
    <message>
        <source>%1</source>
        <comment>the installation failed</comment>
        <translation>Installation fehlgeschlagen (%1)</translation>
    </message>
    <message>
        <source>%1</source>
        <comment>no heartbeats of the new version</comment>
        <translation>keine Heartbeats der neuen Version (%1)</translation>
    </message>
</context>
<context>
    <name>Figure</name>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
</context>
<context>
    <name>FleetScreen</name>
    <message>
        <source>Fleet</source>
        <translation>Flotte</translation>
    </message>
    <message numerus="yes">
        <source>%n device(s)</source>
        <translation>
            <numerusform>%n Gerät</numerusform>
            <numerusform>%n Geräte</numerusform>
        </translation>
    </message>
    <message>
        <source>Online</source>
        <translation>Online</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>Offline</translation>
    </message>
    <message>
        <source>Dead processes</source>
        <translation>Tote Prozesse</translation>
    </message>
    <message>
        <source>Updating</source>
        <translation>Im Update</translation>
    </message>
    <message>
        <source>Need attention</source>
        <translation>Brauchen Hilfe</translation>
    </message>
    <message>
        <source>%1 of %2 shown</source>
        <translation>%1 von %2 angezeigt</translation>
    </message>
    <message>
        <source>Devices</source>
        <translation>Geräte</translation>
    </message>
    <message>
        <source>No devices yet</source>
        <translation>Noch keine Geräte</translation>
    </message>
    <message>
        <source>No match</source>
        <translation>Kein Gerät passt</translation>
    </message>
    <message>
        <source>No device matches the filter.</source>
        <translation>Keines der Geräte passt zum Filter.</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>Alle zeigen</translation>
    </message>
    <message>
        <source>Query versions</source>
        <translation>Versionen abfragen</translation>
    </message>
    <message>
        <source>Get logs</source>
        <translation>Logs holen</translation>
    </message>
    <message>
        <source>Update…</source>
        <translation>Update …</translation>
    </message>
    <message>
        <source>Reboot…</source>
        <translation>Neu starten…</translation>
    </message>
    <message numerus="yes">
        <source>Reboot %n device(s)?</source>
        <translation>
            <numerusform>%n Gerät neu starten?</numerusform>
            <numerusform>%n Geräte neu starten?</numerusform>
        </translation>
    </message>
    <message>
        <source>Reboot</source>
        <translation>Neu starten</translation>
    </message>
    <message>
        <source>The machine itself restarts. Its meter processes stop for a minute or two and then start again automatically.</source>
        <translation>Das Gerät selbst startet neu. Seine Zählerprozesse laufen ein bis zwei Minuten nicht und starten dann von selbst wieder.</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>Entfernen…</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message numerus="yes">
        <source>Remove %n device(s) from the fleet?</source>
        <translation>
            <numerusform>%n Gerät aus der Flotte entfernen?</numerusform>
            <numerusform>%n Geräte aus der Flotte entfernen?</numerusform>
        </translation>
    </message>
    <message>
        <source>They get no more commands and leave the list on every desk; what was recorded stays in Activity. A device that shows up again waits under New devices.</source>
        <translation>Sie bekommen keine Befehle mehr und verschwinden an jedem Arbeitsplatz aus der Liste; was aufgezeichnet wurde, bleibt in den Vorgängen. Ein Gerät, das sich wieder meldet, wartet unter Neue Geräte.</translation>
    </message>
    <message>
        <source>A device appears here, or under New devices, when its agent signs in for the first time. Its cpanel_jid must be %1.</source>
        <translation>Ein Gerät erscheint hier oder unter Neue Geräte, sobald sich sein Agent zum ersten Mal anmeldet. Seine cpanel_jid muss %1 sein.</translation>
    </message>
    <message>
        <source>Filter: tag=north, ocr&lt;3…</source>
        <translation>Filter: tag=nord, ocr&lt;3…</translation>
    </message>
    <message>
        <source>Save view…</source>
        <translation>Ansicht speichern…</translation>
    </message>
    <message>
        <source>Remove view…</source>
        <translation>Ansicht entfernen…</translation>
    </message>
    <message>
        <source>Tags…</source>
        <translation>Schlagwörter…</translation>
    </message>
    <message>
        <source>Remove this view?</source>
        <translation>Diese Ansicht entfernen?</translation>
    </message>
    <message>
        <source>&quot;%1&quot; leaves all desks of this account. The devices stay as they are.</source>
        <translation>„%1“ verschwindet von allen Arbeitsplätzen dieses Kontos. Die Geräte bleiben, wie sie sind.</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>Importieren…</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportieren…</translation>
    </message>
    <message>
        <source>Save the selected devices, or those that are shown</source>
        <translation>Die ausgewählten Geräte speichern, oder die angezeigten</translation>
    </message>
    <message>
        <source>Tables (*.csv)</source>
        <translation>Tabellen (*.csv)</translation>
    </message>
</context>
<context>
    <name>ImportDialog</name>
    <message>
        <source>Import devices</source>
        <translation>Geräte importieren</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>Importieren</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>List of devices: a table, or birth records</source>
        <translation>Liste von Geräten: eine Tabelle oder Geburtsurkunden</translation>
    </message>
    <message>
        <source>Tables and birth records (*.csv *.json)</source>
        <translation>Tabellen und Geburtsurkunden (*.csv *.json)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
</context>
<context>
    <name>ImportFields</name>
    <message>
        <source>Import</source>
        <translation>Importieren</translation>
    </message>
    <message>
        <source>A table (CSV) whose first line names the columns: jid, and any of name, tags and notes; others become fields, such as address. Or birth records of sgn-provision.</source>
        <translation>Eine Tabelle (CSV), deren erste Zeile die Spalten nennt: jid, dazu nach Wunsch name, tags und notes; andere werden zu Feldern, etwa Adresse. Oder Geburtsurkunden von sgn-provision.</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Auswählen …</translation>
    </message>
    <message>
        <source>The server is given one device after the other. The list can be closed meanwhile.</source>
        <translation>Der Server erhält ein Gerät nach dem anderen. Das Fenster kann solange geschlossen werden.</translation>
    </message>
    <message>
        <source>Empty cells remove what is there</source>
        <translation>Leere Zellen entfernen, was da ist</translation>
    </message>
    <message numerus="yes">
        <source>%n line(s) can&apos;t be taken; the others are.</source>
        <translation>
            <numerusform>%n Zeile lässt sich nicht übernehmen, die anderen schon.</numerusform>
            <numerusform>%n Zeilen lassen sich nicht übernehmen, die anderen schon.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>KeyField</name>
    <message>
        <source>None</source>
        <translation>Keiner</translation>
    </message>
    <message>
        <source>Stop signing</source>
        <translation>Nicht mehr unterschreiben</translation>
    </message>
    <message>
        <source>Choose file…</source>
        <translation>Datei wählen …</translation>
    </message>
    <message>
        <source>Private keys (*.jwk)</source>
        <translation>Private Schlüssel (*.jwk)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Keep in keyring</source>
        <translation>Im Schlüsselbund aufbewahren</translation>
    </message>
    <message>
        <source>The file isn&apos;t needed here any more then. Keep a copy of it under lock and key.</source>
        <translation>Die Datei wird hier dann nicht mehr gebraucht. Bewahren Sie eine Kopie unter Verschluss auf.</translation>
    </message>
    <message>
        <source>Delete this key from the keyring?</source>
        <translation>Diesen Schlüssel aus dem Schlüsselbund löschen?</translation>
    </message>
    <message>
        <source>Delete key</source>
        <translation>Schlüssel löschen</translation>
    </message>
    <message>
        <source>Without a copy of its file nothing can be signed with %1 any more.</source>
        <translation>Ohne eine Kopie seiner Datei kann mit %1 nichts mehr unterschrieben werden.</translation>
    </message>
</context>
<context>
    <name>LogViewer</name>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>not found</source>
        <translation>nicht gefunden</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>Previous match</source>
        <translation>Voriger Treffer</translation>
    </message>
    <message>
        <source>Next match</source>
        <translation>Nächster Treffer</translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation>Speichern unter …</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Choose logs on the left</source>
        <translation>Links Logs auswählen</translation>
    </message>
    <message>
        <source>Save log as</source>
        <translation>Log speichern unter</translation>
    </message>
</context>
<context>
    <name>LogsScreen</name>
    <message>
        <source>Logs</source>
        <translation>Logs</translation>
    </message>
    <message>
        <source>Fetched from devices on request; the newest ten of each are kept.</source>
        <translation>Auf Wunsch von Geräten geholt; die neuesten zehn je Gerät bleiben.</translation>
    </message>
    <message>
        <source>No logs yet</source>
        <translation>Noch keine Logs</translation>
    </message>
    <message>
        <source>Select devices on the Fleet screen and choose “Get logs”. They are shown here as soon as the device has sent them.</source>
        <translation>Wählen Sie in der Flotte Geräte aus und dann „Logs holen“. Sie erscheinen hier, sobald das Gerät sie geschickt hat.</translation>
    </message>
    <message>
        <source>Go to Fleet</source>
        <translation>Zur Flotte</translation>
    </message>
</context>
<context>
    <name>Main</name>
    <message>
        <source>SGN – %1</source>
        <translation>SGN – %1</translation>
    </message>
    <message>
        <source>SGN</source>
        <translation>SGN</translation>
    </message>
</context>
<context>
    <name>NavItem</name>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
</context>
<context>
    <name>NewUpdateDialog</name>
    <message>
        <source>New update</source>
        <translation>Neues Update</translation>
    </message>
    <message numerus="yes">
        <source>Send to %n device(s)</source>
        <translation>
            <numerusform>An %n Gerät senden</numerusform>
            <numerusform>An %n Geräte senden</numerusform>
        </translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Choose a release zip or a CA file</source>
        <translation>Release-Zip oder CA-Datei auswählen</translation>
    </message>
    <message>
        <source>Releases and CA files (*.zip *.pem *.crt)</source>
        <translation>Releases und CA-Dateien (*.zip *.pem *.crt)</translation>
    </message>
    <message>
        <source>Start rollout</source>
        <translation>Verteilung beginnen</translation>
    </message>
    <message>
        <source>New rollout</source>
        <translation>Neue Verteilung</translation>
    </message>
</context>
<context>
    <name>NewUpdateForm</name>
    <message>
        <source>Reading and checking…</source>
        <translation>Wird gelesen und geprüft …</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Auswählen …</translation>
    </message>
    <message>
        <source>Processes and their new versions</source>
        <translation>Prozesse und ihre neuen Versionen</translation>
    </message>
    <message>
        <source>highest now %1</source>
        <translation>höchste jetzt %1</translation>
    </message>
    <message>
        <source>new</source>
        <translation>neu</translation>
    </message>
    <message>
        <source>Version of %1</source>
        <translation>Version von %1</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Version</translation>
    </message>
    <message>
        <source>Devices</source>
        <translation>Geräte</translation>
    </message>
    <message>
        <source>Offline devices receive it when they reconnect, for up to a week.</source>
        <translation>Geräte, die offline sind, bekommen es, wenn sie wiederkommen, bis zu einer Woche lang.</translation>
    </message>
    <message>
        <source>Selected (%1)</source>
        <translation>Ausgewählte (%1)</translation>
    </message>
    <message>
        <source>Online (%1)</source>
        <translation>Online (%1)</translation>
    </message>
    <message>
        <source>All (%1)</source>
        <translation>Alle (%1)</translation>
    </message>
    <message>
        <source>Install even where the same or a higher version is installed</source>
        <translation>Auch dort installieren, wo dieselbe oder eine höhere Version ist</translation>
    </message>
    <message>
        <source>Release zip or CA file</source>
        <translation>Release-Zip oder CA-Datei</translation>
    </message>
    <message>
        <source>Meter programs, agent, watchdog, Python packages or CA file; which one is detected from the content.</source>
        <translation>Zählerprogramme, Agent, Watchdog, Python-Pakete oder CA-Datei: was es ist, zeigt der Inhalt.</translation>
    </message>
    <message>
        <source>Drop a file here</source>
        <translation>Datei hier ablegen</translation>
    </message>
    <message>
        <source>or its address, https://…</source>
        <translation>oder seine Adresse, https://…</translation>
    </message>
    <message>
        <source>Address of the release</source>
        <translation>Adresse des Release</translation>
    </message>
    <message>
        <source>Fetch</source>
        <translation>Abrufen</translation>
    </message>
    <message>
        <source>It is checked here, and not uploaded: devices fetch it from there.</source>
        <translation>Es wird hier geprüft und nicht hochgeladen: Die Geräte laden es von dort.</translation>
    </message>
</context>
<context>
    <name>NewcomersScreen</name>
    <message>
        <source>New devices</source>
        <translation>Neue Geräte</translation>
    </message>
    <message>
        <source>No account waits to be accepted.</source>
        <translation>Kein Konto wartet auf Aufnahme.</translation>
    </message>
    <message numerus="yes">
        <source>%n account(s) wait to be accepted; nothing is sent to them before</source>
        <translation>
            <numerusform>%n Konto wartet auf Aufnahme; vorher wird ihm nichts gesendet</numerusform>
            <numerusform>%n Konten warten auf Aufnahme; vorher wird ihnen nichts gesendet</numerusform>
        </translation>
    </message>
    <message>
        <source>Filter: altimeter, server, id…</source>
        <translation>Filter: Name, Server, Kennung…</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>Importieren…</translation>
    </message>
    <message>
        <source>No new devices</source>
        <translation>Keine neuen Geräte</translation>
    </message>
    <message>
        <source>No match</source>
        <translation>Kein Treffer</translation>
    </message>
    <message>
        <source>No new device matches the filter.</source>
        <translation>Kein neues Gerät passt zum Filter.</translation>
    </message>
    <message>
        <source>Refuse</source>
        <translation>Ablehnen</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>Aufnehmen</translation>
    </message>
    <message>
        <source>An account that isn&apos;t among the panel&apos;s contacts and shows up waits here. The devices of a table (CSV) or of a fleet.json of sgn-provision batch can be imported before they do.</source>
        <translation>Ein Konto, das nicht zu den Kontakten dieser Zentrale gehört und sich meldet, wartet hier. Die Geräte einer Tabelle (CSV) oder einer fleet.json von sgn-provision batch lassen sich vorher importieren.</translation>
    </message>
</context>
<context>
    <name>NoteField</name>
    <message>
        <source>Address</source>
        <translation>Adresse</translation>
    </message>
    <message>
        <source>Meter number</source>
        <translation>Zählernummer</translation>
    </message>
    <message>
        <source>Cupboard</source>
        <translation>Schrank</translation>
    </message>
    <message>
        <source>SIM card</source>
        <translation>SIM-Karte</translation>
    </message>
</context>
<context>
    <name>OpeningScreen</name>
    <message>
        <source>Opening the fleet of %1…</source>
        <translation>Die Flotte von %1 wird geöffnet…</translation>
    </message>
    <message>
        <source>Opening</source>
        <translation>Wird geöffnet</translation>
    </message>
</context>
<context>
    <name>Problem</name>
    <message>
        <source>no device was chosen</source>
        <translation>kein Gerät ist ausgewählt</translation>
    </message>
    <message>
        <source>not sent, because it could not be stored</source>
        <translation>nicht gesendet, weil es sich nicht speichern ließ</translation>
    </message>
    <message>
        <source>not sent</source>
        <translation>nicht gesendet</translation>
    </message>
    <message>
        <source>the server could not deliver it</source>
        <translation>der Server konnte es nicht zustellen</translation>
    </message>
    <message>
        <source>withdrawn before it was sent</source>
        <translation>zurückgezogen, bevor es gesendet wurde</translation>
    </message>
    <message>
        <source>not answered in time</source>
        <translation>nicht rechtzeitig beantwortet</translation>
    </message>
    <message>
        <source>the signed command has %1 bytes, a message takes %2</source>
        <translation>der signierte Befehl hat %1 Bytes, eine Nachricht fasst %2</translation>
    </message>
    <message>
        <source>&quot;%1&quot; can&apos;t be a process&apos;s name</source>
        <translation>„%1“ kann kein Prozess heißen</translation>
    </message>
    <message>
        <source>there is no command %1</source>
        <translation>einen Befehl %1 gibt es nicht</translation>
    </message>
    <message>
        <source>command %1 is no update</source>
        <translation>Befehl %1 ist kein Update</translation>
    </message>
    <message>
        <source>there is no update #%1</source>
        <translation>ein Update #%1 gibt es nicht</translation>
    </message>
    <message>
        <source>the update names no process</source>
        <translation>das Update nennt keinen Prozess</translation>
    </message>
    <message>
        <source>the process &quot;%1&quot; is named twice</source>
        <translation>der Prozess „%1“ ist zweimal genannt</translation>
    </message>
    <message>
        <source>the version of &quot;%1&quot; must be 0 or more</source>
        <translation>die Version von „%1“ muss 0 oder größer sein</translation>
    </message>
    <message>
        <source>the version must be 0 or more</source>
        <translation>die Version muss 0 oder größer sein</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is no device&apos;s JID</source>
        <translation>„%1“ ist keine JID eines Geräts</translation>
    </message>
    <message>
        <source>the zip holds %1, not %2</source>
        <translation>die Zip-Datei enthält %1, nicht %2</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is no web address a device could fetch</source>
        <translation>„%1“ ist keine Webadresse, die ein Gerät laden könnte</translation>
    </message>
    <message>
        <source>the file could not be signed</source>
        <translation>die Datei konnte nicht signiert werden</translation>
    </message>
    <message>
        <source>the file could not be uploaded</source>
        <translation>die Datei konnte nicht hochgeladen werden</translation>
    </message>
    <message>
        <source>the list of the release&apos;s files could not be written</source>
        <translation>die Liste der Dateien des Release konnte nicht geschrieben werden</translation>
    </message>
    <message>
        <source>the list of the release&apos;s files could not be uploaded</source>
        <translation>die Liste der Dateien des Release konnte nicht hochgeladen werden</translation>
    </message>
    <message>
        <source>the panel was closed before they were here; get the logs again</source>
        <translation>das Programm wurde vorher beendet; die Logs noch einmal holen</translation>
    </message>
    <message>
        <source>the device has uploaded its logs to its own server</source>
        <translation>das Gerät hat seine Logs auf einen eigenen Server geladen</translation>
    </message>
    <message>
        <source>the device could not upload its logs</source>
        <translation>das Gerät konnte seine Logs nicht hochladen</translation>
    </message>
    <message>
        <source>the logs&apos; address is not https: %1</source>
        <translation>die Adresse der Logs ist nicht https: %1</translation>
    </message>
    <message>
        <source>the logs are %1 bytes, over the limit of %2</source>
        <translation>die Logs haben %1 Bytes, mehr als die Grenze von %2</translation>
    </message>
    <message>
        <source>the server sends more than the %1 bytes of the logs</source>
        <translation>der Server sendet mehr als die %1 Bytes der Logs</translation>
    </message>
    <message>
        <source>%1 answered HTTP %2 for the logs</source>
        <translation>%1 antwortete für die Logs mit HTTP %2</translation>
    </message>
    <message>
        <source>%1 sent nothing for %2 s</source>
        <translation>%1 hat %2 s lang nichts gesendet</translation>
    </message>
    <message>
        <source>%1 has no certificate of our CA</source>
        <translation>%1 hat kein Zertifikat unserer Zertifizierungsstelle</translation>
    </message>
    <message>
        <source>the logs could not be fetched from %1</source>
        <translation>die Logs konnten nicht von %1 geholt werden</translation>
    </message>
    <message>
        <source>the logs could not be unpacked</source>
        <translation>die Logs konnten nicht entpackt werden</translation>
    </message>
    <message>
        <source>%1 bytes of logs arrived, %2 were announced</source>
        <translation>%1 Bytes Logs kamen an, %2 waren angekündigt</translation>
    </message>
    <message>
        <source>what arrived isn&apos;t what the device has sent (SHA-256 differs)</source>
        <translation>angekommen ist nicht, was das Gerät gesendet hat (anderer SHA-256)</translation>
    </message>
    <message>
        <source>%1</source>
        <translation>%1</translation>
    </message>
    <message>
        <source>there is no file %1</source>
        <translation>eine Datei %1 gibt es nicht</translation>
    </message>
    <message>
        <source>cannot read %1</source>
        <translation>%1 ist nicht lesbar</translation>
    </message>
    <message>
        <source>cannot write %1</source>
        <translation>%1 lässt sich nicht schreiben</translation>
    </message>
    <message>
        <source>cannot write below %1</source>
        <translation>unter %1 lässt sich nichts schreiben</translation>
    </message>
    <message>
        <source>password file</source>
        <translation>Passwortdatei</translation>
    </message>
    <message>
        <source>there is no password file %1</source>
        <translation>eine Passwortdatei %1 gibt es nicht</translation>
    </message>
    <message>
        <source>every user of this machine can read the password file %1; run: chmod 600 %1</source>
        <translation>jeder auf diesem Rechner kann die Passwortdatei %1 lesen; Abhilfe: chmod 600 %1</translation>
    </message>
    <message>
        <source>the group of the password file %1 can read it; chmod 600 keeps it to yourself</source>
        <translation>die Gruppe der Passwortdatei %1 kann sie lesen; chmod 600 verhindert das</translation>
    </message>
    <message>
        <source>the password file %1 must hold one line, the password</source>
        <translation>die Passwortdatei %1 muss eine Zeile enthalten, das Passwort</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is no account; write it as name@server</source>
        <translation>„%1“ ist kein Konto; es schreibt sich name@server</translation>
    </message>
    <message>
        <source>the password is missing</source>
        <translation>das Passwort fehlt</translation>
    </message>
    <message>
        <source>the port must be 1 to 65535</source>
        <translation>der Port muss zwischen 1 und 65535 liegen</translation>
    </message>
    <message>
        <source>the server&apos;s CA certificate is missing; choose the PEM file that the devices have as cacert.pem</source>
        <translation>das CA-Zertifikat des Servers fehlt; es ist die PEM-Datei, die die Geräte als cacert.pem haben</translation>
    </message>
    <message>
        <source>the place for the store is missing</source>
        <translation>der Ort für den Speicher fehlt</translation>
    </message>
    <message>
        <source>%1: field &quot;%2&quot; is unknown and ignored</source>
        <translation>%1: Feld „%2“ ist unbekannt und wird übergangen</translation>
    </message>
    <message>
        <source>cannot make the folder %1 for the store</source>
        <translation>der Ordner %1 für den Speicher lässt sich nicht anlegen</translation>
    </message>
    <message>
        <source>cannot open the store %1: another program holds %1.lock</source>
        <translation>der Speicher %1 lässt sich nicht öffnen: ein anderes Programm hält %1.lock</translation>
    </message>
    <message>
        <source>the store is damaged</source>
        <translation>der Speicher ist beschädigt</translation>
    </message>
    <message>
        <source>the store %1 is damaged and can&apos;t be renamed to %2</source>
        <translation>der Speicher %1 ist beschädigt und lässt sich nicht in %2 umbenennen</translation>
    </message>
    <message>
        <source>The store %1 was damaged. It was renamed to %2 and a new one was made, which fills from the server&apos;s archive and from what devices report.</source>
        <translation>Der Speicher %1 war beschädigt. Er heißt jetzt %2, und ein neuer wurde angelegt; er füllt sich aus dem Archiv des Servers und aus den Meldungen der Geräte.</translation>
    </message>
    <message>
        <source>the store belongs to %1, not to %2; choose another store file</source>
        <translation>der Speicher gehört %1, nicht %2; es braucht eine andere Datei</translation>
    </message>
    <message>
        <source>a newer version of this program made the store; use that one</source>
        <translation>eine neuere Version dieses Programms hat den Speicher angelegt; nur die kann ihn öffnen</translation>
    </message>
    <message>
        <source>What arrives now can&apos;t be stored for the next start</source>
        <translation>Was jetzt eintrifft, lässt sich nicht für den nächsten Start speichern</translation>
    </message>
    <message>
        <source>Qt&apos;s SQLite driver is not installed (package libqt6sql6-sqlite)</source>
        <translation>der SQLite-Treiber von Qt ist nicht installiert (Paket libqt6sql6-sqlite)</translation>
    </message>
    <message>
        <source>claims the id %1 of %2</source>
        <translation>gibt sich mit der Kennung %1 als %2 aus</translation>
    </message>
    <message>
        <source>sent a message as %1, but is %2</source>
        <translation>hat eine Nachricht als %1 gesendet, ist aber %2</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is no config_file.bin that is encrypted for one device (version 2)</source>
        <translation>„%1“ ist keine config_file.bin, die für ein Gerät verschlüsselt ist (Version 2)</translation>
    </message>
    <message>
        <source>a proxy is named http://host:port</source>
        <translation>ein Proxy heißt http://host:port</translation>
    </message>
    <message>
        <source>the device was taken out of the fleet</source>
        <translation>das Gerät wurde aus der Flotte entfernt</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is no pattern of devices; write altimeter_* or altimeter_*@server</source>
        <translation>„%1“ ist kein Muster für Geräte; altimeter_* oder altimeter_*@server wäre eines</translation>
    </message>
    <message>
        <source>The server&apos;s list of contacts lacks %1 of %2 devices. They stay here, in case the server has lost them; those that are permanently gone can be removed.</source>
        <translation>In der Kontaktliste des Servers fehlen %1 von %2 Geräten. Hier bleiben sie, falls der Server sie verloren hat; was endgültig weg ist, kann entfernt werden.</translation>
    </message>
    <message>
        <source>not connected to the server</source>
        <translation>keine Verbindung zum Server</translation>
    </message>
    <message>
        <source>the command has %1 bytes, a message takes %2</source>
        <translation>der Befehl hat %1 Bytes, eine Nachricht fasst %2</translation>
    </message>
    <message>
        <source>%1 hasn&apos;t kept the file; make a new update with it</source>
        <translation>%1 hat die Datei nicht behalten; ein neues Update damit beginnen</translation>
    </message>
    <message>
        <source>by %1</source>
        <translation>von %1</translation>
    </message>
    <message>
        <source>these notes take %1 bytes on the server, where %2 have room; shorten them</source>
        <translation>diese Notizen brauchen %1 Bytes auf dem Server, auf dem %2 Platz haben; kürzen Sie sie</translation>
    </message>
    <message>
        <source>the other desks don&apos;t get the notes</source>
        <translation>die anderen Arbeitsplätze erhalten die Notizen nicht</translation>
    </message>
    <message>
        <source>&quot;%1&quot; can&apos;t be a device&apos;s name: 1 to 100 characters on one line</source>
        <translation>„%1“ kann kein Name eines Geräts sein: 1 bis 100 Zeichen in einer Zeile</translation>
    </message>
    <message>
        <source>&quot;%1&quot; can&apos;t be a tag: 1 to 50 characters without comma, at most 20 for a device</source>
        <translation>„%1“ kann kein Schlagwort sein: 1 bis 50 Zeichen ohne Komma, höchstens 20 je Gerät</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is no condition; write for example online, tag=north, ocr&lt;3 or !dead</source>
        <translation>„%1“ ist keine Bedingung; schreiben Sie zum Beispiel online, tag=Nord, ocr&lt;3 oder !dead</translation>
    </message>
    <message>
        <source>The store %1 is damaged. Start this program again: it then renames the store and makes a new one, which fills from the server&apos;s archive and from what devices report.</source>
        <translation>Der Speicher %1 ist beschädigt. Starten Sie dieses Programm neu: Es benennt ihn dann um und legt einen neuen an, der sich aus dem Archiv des Servers und den Meldungen der Geräte füllt.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is no name for a view: 1 to 60 characters</source>
        <translation>„%1“ ist kein Name für eine Ansicht: 1 bis 60 Zeichen</translation>
    </message>
    <message>
        <source>more than %1 views can&apos;t be saved; remove one first</source>
        <translation>mehr als %1 Ansichten können nicht gespeichert werden; entfernen Sie zuerst eine</translation>
    </message>
    <message>
        <source>its time was over at %1</source>
        <translation>seine Zeit war um %1 vorbei</translation>
    </message>
    <message>
        <source>paused by %1</source>
        <translation>angehalten von %1</translation>
    </message>
    <message>
        <source>stopped by itself</source>
        <translation>von selbst gestoppt</translation>
    </message>
    <message>
        <source>the rollout has ended</source>
        <translation>die Verteilung ist beendet</translation>
    </message>
    <message>
        <source>%1 of %2 devices failed, which is more than %3</source>
        <translation>%1 von %2 Geräten fehlgeschlagen, mehr als %3</translation>
    </message>
    <message>
        <source>%1 of %2 devices are offline since they were sent to, which is more than %3</source>
        <translation>%1 von %2 Geräten sind offline, seit sie es bekamen, mehr als %3</translation>
    </message>
    <message>
        <source>it has the release</source>
        <translation>es hat die Version</translation>
    </message>
    <message>
        <source>the next wave begins when %2 of this one have run the release for %3; %1 have so far</source>
        <translation>die nächste Welle beginnt, wenn %2 dieser Welle die Version %3 lang ausführen; bisher sind es %1</translation>
    </message>
    <message>
        <source>it failed %1 times and is left alone for a day</source>
        <translation>es scheiterte %1-mal und hat einen Tag Pause</translation>
    </message>
    <message>
        <source>offline; it runs when the device is next seen</source>
        <translation>offline; es läuft, wenn das Gerät wieder da ist</translation>
    </message>
    <message>
        <source>it is in a network (%1) that isn&apos;t one of: %2</source>
        <translation>es ist in einem Netz (%1), das keines von diesen ist: %2</translation>
    </message>
    <message>
        <source>%1 at a time after %2 successes</source>
        <translation>%1 zugleich nach %2 Erfolgen</translation>
    </message>
    <message>
        <source>waits for a place: %1 at a time</source>
        <translation>wartet auf einen Platz: %1 zugleich</translation>
    </message>
    <message>
        <source>the plan can&apos;t be right</source>
        <translation>der Plan kann nicht stimmen</translation>
    </message>
    <message>
        <source>there is no rollout %1</source>
        <translation>eine Verteilung %1 gibt es nicht</translation>
    </message>
    <message>
        <source>the rollout has %1 bytes, more than the %2 that the server keeps; give the devices a tag</source>
        <translation>die Verteilung hat %1 Bytes, mehr als die %2, die der Server behält; geben Sie den Geräten ein Schlagwort</translation>
    </message>
    <message>
        <source>no device meets its targets</source>
        <translation>kein Gerät passt zu ihren Zielen</translation>
    </message>
    <message>
        <source>this is neither a table (CSV) with a column jid nor a birth record or the fleet.json of sgn-provision batch</source>
        <translation>das ist weder eine Tabelle (CSV) mit einer Spalte jid noch eine Geburtsurkunde oder die fleet.json von sgn-provision batch</translation>
    </message>
    <message>
        <source>the server hasn&apos;t confirmed it as a contact; its name and tags are left as they were. Is the account spelt as on the server?</source>
        <translation>der Server hat es nicht als Kontakt bestätigt; Name und Tags bleiben, wie sie waren. Ist das Konto wie auf dem Server geschrieben?</translation>
    </message>
    <message>
        <source>a device has at most %1 fields, with names of at most %2 characters</source>
        <translation>ein Gerät hat höchstens %1 Felder, deren Namen höchstens %2 Zeichen haben</translation>
    </message>
    <message>
        <source>the import ended after %1 of %2 steps, import the list again</source>
        <translation>der Import endete nach %1 von %2 Schritten, importieren Sie die Liste noch einmal</translation>
    </message>
    <message>
        <source>two columns are called &quot;%1&quot;</source>
        <translation>zwei Spalten heißen „%1“</translation>
    </message>
    <message>
        <source>line %1</source>
        <translation>Zeile %1</translation>
    </message>
    <message>
        <source>record %1</source>
        <translation>Eintrag %1</translation>
    </message>
    <message>
        <source>it has %1 fields, and the first line names %2</source>
        <translation>sie hat %1 Felder, und die erste Zeile nennt %2</translation>
    </message>
    <message>
        <source>%1 is listed before (%2); the first one counts</source>
        <translation>%1 steht schon weiter oben (%2); das gilt</translation>
    </message>
    <message>
        <source>the first line names %1 columns, at most %2 can be taken</source>
        <translation>die erste Zeile nennt %1 Spalten, höchstens %2 lassen sich übernehmen</translation>
    </message>
    <message>
        <source>%1 is no regular file</source>
        <translation>%1 ist keine gewöhnliche Datei</translation>
    </message>
    <message>
        <source>last seen at %1; its result is awaited, and its place is kept until %2</source>
        <translation>zuletzt gesehen am %1; sein Ergebnis steht aus, und sein Platz bleibt ihm bis %2</translation>
    </message>
    <message>
        <source>last seen at %1; its result is awaited, and others may have its place meanwhile</source>
        <translation>zuletzt gesehen am %1; sein Ergebnis steht aus, und seinen Platz können solange andere haben</translation>
    </message>
    <message>
        <source>last seen at %1; its result is awaited</source>
        <translation>zuletzt gesehen am %1; sein Ergebnis steht aus</translation>
    </message>
    <message>
        <source>held by the file cfg/hold on the device</source>
        <translation>angehalten durch die Datei cfg/hold auf dem Gerät</translation>
    </message>
    <message>
        <source>waits for its maintenance window, %1 to %2 by its local time</source>
        <translation>wartet auf sein Wartungsfenster, %1 bis %2 nach seiner Ortszeit</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is no address that begins with https://</source>
        <translation>„%1“ ist keine Adresse, die mit https:// beginnt</translation>
    </message>
    <message>
        <source>it has more than the %1 bytes that a device takes</source>
        <translation>es hat mehr als die %1 Bytes, die ein Gerät annimmt</translation>
    </message>
    <message>
        <source>%1 answered HTTP %2</source>
        <translation>%1 hat mit HTTP %2 geantwortet</translation>
    </message>
    <message>
        <source>%1 has no certificate that is valid here</source>
        <translation>%1 hat kein Zertifikat, das hier gilt</translation>
    </message>
    <message>
        <source>it could not be fetched from %1</source>
        <translation>es konnte nicht von %1 geladen werden</translation>
    </message>
</context>
<context>
    <name>ProcessCard</name>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>Neu starten</translation>
    </message>
    <message>
        <source>Get logs</source>
        <translation>Logs holen</translation>
    </message>
</context>
<context>
    <name>Rollout</name>
    <message>
        <source>running</source>
        <translation>läuft</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>gestoppt</translation>
    </message>
    <message>
        <source>done</source>
        <translation>fertig</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>abgebrochen</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>wartet</translation>
    </message>
    <message>
        <source>in progress</source>
        <translation>unterwegs</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>fehlgeschlagen</translation>
    </message>
    <message>
        <source>sent, not reachable</source>
        <translation>gesendet, nicht erreichbar</translation>
    </message>
    <message numerus="yes">
        <source>%n chosen device(s)</source>
        <translation>
            <numerusform>%n ausgewähltes Gerät</numerusform>
            <numerusform>%n ausgewählte Geräte</numerusform>
        </translation>
    </message>
    <message>
        <source>tag %1</source>
        <translation>Schlagwort %1</translation>
    </message>
    <message>
        <source>where %1</source>
        <translation>wo %1</translation>
    </message>
    <message>
        <source>all devices</source>
        <translation>alle Geräte</translation>
    </message>
    <message>
        <source>%1, also later ones</source>
        <translation>%1, auch spätere</translation>
    </message>
    <message>
        <source>%1 at the same time at first, up to %2 with success</source>
        <translation>anfangs %1 gleichzeitig, bei Erfolg bis zu %2</translation>
    </message>
    <message numerus="yes">
        <source>%n at the same time</source>
        <translation>
            <numerusform>%n gleichzeitig</numerusform>
            <numerusform>%n gleichzeitig</numerusform>
        </translation>
    </message>
    <message>
        <source>waves %1</source>
        <translation>Wellen %1</translation>
    </message>
    <message>
        <source>%1 of a wave must run it for %2</source>
        <translation>%1 einer Welle müssen damit %2 laufen</translation>
    </message>
    <message>
        <source>stops above %1 failed or %2 vanished</source>
        <translation>hält an über %1 fehlgeschlagenen oder %2 verschwundenen</translation>
    </message>
    <message>
        <source>%1 to %2 at the device</source>
        <translation>%1 bis %2 am Gerät</translation>
    </message>
    <message>
        <source>only over %1</source>
        <translation>nur über %1</translation>
    </message>
    <message>
        <source>until %1</source>
        <translation>bis %1</translation>
    </message>
</context>
<context>
    <name>RolloutsScreen</name>
    <message>
        <source>Rollouts</source>
        <translation>Verteilungen</translation>
    </message>
    <message>
        <source>No release has been sent in waves yet.</source>
        <translation>Es wurde noch keine Version in Wellen verteilt.</translation>
    </message>
    <message>
        <source>New rollout…</source>
        <translation>Neue Verteilung…</translation>
    </message>
    <message>
        <source>Send a release in waves</source>
        <translation>Eine Version in Wellen verteilen</translation>
    </message>
    <message>
        <source>First to a few devices, then to more, as long as it works there. It stops by itself when too many fail, and goes on when this window is closed and another desk is open.</source>
        <translation>Zuerst an wenige Geräte, dann an mehr, solange es dort funktioniert. Sie stoppt von selbst, wenn zu viele scheitern, und geht weiter, wenn dieses Fenster zu ist und ein anderer Arbeitsplatz offen.</translation>
    </message>
    <message>
        <source>Next wave…</source>
        <translation>Nächste Welle…</translation>
    </message>
    <message>
        <source>Retry failed</source>
        <translation>Fehlgeschlagene wiederholen</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Roll back…</source>
        <translation>Zurücknehmen…</translation>
    </message>
    <message>
        <source>Cancel…</source>
        <translation>Abbrechen…</translation>
    </message>
    <message>
        <source>Devices of the rollout</source>
        <translation>Geräte der Verteilung</translation>
    </message>
    <message>
        <source>No wave yet</source>
        <translation>Noch keine Welle</translation>
    </message>
    <message>
        <source>Its first wave begins as soon as a desk drives it and a device meets its targets.</source>
        <translation>Die erste Welle beginnt, sobald ein Arbeitsplatz sie ausführt und ein Gerät zu ihren Zielen passt.</translation>
    </message>
    <message>
        <source>Begin the next wave now?</source>
        <translation>Die nächste Welle jetzt beginnen?</translation>
    </message>
    <message>
        <source>Begin</source>
        <translation>Beginnen</translation>
    </message>
    <message>
        <source>It doesn&apos;t wait until enough devices of the last wave run the release.</source>
        <translation>Es wird nicht gewartet, bis genug Geräte der letzten Welle die Version ausführen.</translation>
    </message>
    <message>
        <source>Cancel this rollout?</source>
        <translation>Diese Verteilung abbrechen?</translation>
    </message>
    <message>
        <source>Cancel rollout</source>
        <translation>Verteilung abbrechen</translation>
    </message>
    <message>
        <source>No more devices get the release, and those that haven&apos;t exchanged it yet stop. Those that have it keep it.</source>
        <translation>Kein weiteres Gerät bekommt die Version, und wer sie noch nicht ausgetauscht hat, hört auf. Wer sie hat, behält sie.</translation>
    </message>
    <message>
        <source>Take the release back?</source>
        <translation>Die Version zurücknehmen?</translation>
    </message>
    <message>
        <source>Roll back</source>
        <translation>Zurücknehmen</translation>
    </message>
    <message numerus="yes">
        <source>%n rollout(s)</source>
        <translation>
            <numerusform>%n Verteilung</numerusform>
            <numerusform>%n Verteilungen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n device(s) get their previous release back at once. The rollout is cancelled.</source>
        <translation>
            <numerusform>%n Gerät bekommt sofort seine vorherige Version zurück. Die Verteilung wird abgebrochen.</numerusform>
            <numerusform>%n Geräte bekommen sofort ihre vorherige Version zurück. Die Verteilung wird abgebrochen.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SaveViewDialog</name>
    <message>
        <source>Save this view</source>
        <translation>Diese Ansicht speichern</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>Ersetzen</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>All desks of this account get it.</source>
        <translation>Alle Arbeitsplätze dieses Kontos bekommen sie.</translation>
    </message>
    <message>
        <source>North, behind</source>
        <translation>Nord, veraltet</translation>
    </message>
</context>
<context>
    <name>SavedViews</name>
    <message>
        <source>All devices</source>
        <translation>Alle Geräte</translation>
    </message>
</context>
<context>
    <name>SelectionBar</name>
    <message numerus="yes">
        <source>%n selected</source>
        <translation>
            <numerusform>%n ausgewählt</numerusform>
            <numerusform>%n ausgewählt</numerusform>
        </translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Leeren</translation>
    </message>
</context>
<context>
    <name>SettingsScreen</name>
    <message>
        <source>Release key</source>
        <translation>Release-Schlüssel</translation>
    </message>
    <message>
        <source>Signs every release that is sent from here. Devices with release keys install no other.</source>
        <translation>Unterschreibt jedes Release, das von hier gesendet wird. Geräte mit Release-Schlüsseln installieren nichts anderes.</translation>
    </message>
    <message>
        <source>Operator key</source>
        <translation>Bedienerschlüssel</translation>
    </message>
    <message>
        <source>Signs every command. Devices with operator keys accept no other.</source>
        <translation>Unterschreibt jeden Befehl. Geräte mit Bedienerschlüsseln befolgen nichts anderes.</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Aussehen</translation>
    </message>
    <message>
        <source>System default</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>Account</source>
        <translation>Konto</translation>
    </message>
    <message>
        <source>Signing out deletes the saved password. The recorded state of the fleet stays on this computer.</source>
        <translation>Beim Abmelden wird ein aufbewahrtes Passwort vergessen. Was von der Flotte gesehen wurde, bleibt auf diesem Rechner.</translation>
    </message>
    <message>
        <source>Sign out</source>
        <translation>Abmelden</translation>
    </message>
    <message>
        <source>Version %1 · GPL 3.0 or later · icons by Lucide</source>
        <translation>Version %1 · GPL 3.0 oder neuer · Symbole von Lucide</translation>
    </message>
    <message>
        <source>Your name</source>
        <translation>Ihr Name</translation>
    </message>
    <message>
        <source>The other desks see who has sent a command. Empty: login and computer.</source>
        <translation>Die anderen Arbeitsplätze sehen, wer einen Befehl gesendet hat. Leer: Anmeldename und Rechner.</translation>
    </message>
    <message>
        <source>Login and computer</source>
        <translation>Anmeldename und Rechner</translation>
    </message>
    <message>
        <source>Keep history</source>
        <translation>Verlauf behalten</translation>
    </message>
    <message>
        <source>Ended commands and lines of the timeline that are older are removed from this computer.</source>
        <translation>Beendete Befehle und Zeilen des Verlaufs, die älter sind, werden von diesem Computer entfernt.</translation>
    </message>
    <message numerus="yes">
        <source>%n day(s)</source>
        <translation>
            <numerusform>%n Tag</numerusform>
            <numerusform>%n Tage</numerusform>
        </translation>
    </message>
    <message>
        <source>Always</source>
        <translation>Immer</translation>
    </message>
    <message>
        <source>Accept new devices</source>
        <translation>Neue Geräte annehmen</translation>
    </message>
    <message>
        <source>Accounts that become devices without a click: names of this server with * and ?, separated by commas; of another server with its name. Empty: none.</source>
        <translation>Konten, die ohne Klick zu Geräten werden: Namen dieses Servers mit * und ?, durch Kommas getrennt; die eines anderen Servers mit dessen Namen. Leer: keine.</translation>
    </message>
</context>
<context>
    <name>Shell</name>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message>
        <source>Navigation</source>
        <translation>Navigation</translation>
    </message>
    <message>
        <source>SGN</source>
        <translation>SGN</translation>
    </message>
    <message>
        <source>Fleet</source>
        <translation>Flotte</translation>
    </message>
    <message>
        <source>Dead processes</source>
        <translation>Tote Prozesse</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>Versionen</translation>
    </message>
    <message>
        <source>Updates</source>
        <translation>Updates</translation>
    </message>
    <message>
        <source>Logs</source>
        <translation>Logs</translation>
    </message>
    <message>
        <source>Activity</source>
        <translation>Aktivität</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>New devices</source>
        <translation>Neue Geräte</translation>
    </message>
    <message>
        <source>Rollouts</source>
        <translation>Verteilungen</translation>
    </message>
</context>
<context>
    <name>SignInScreen</name>
    <message>
        <source>Sign in to SGN</source>
        <translation>Bei SGN anmelden</translation>
    </message>
    <message>
        <source>With the control panel&apos;s account, the one your devices report to.</source>
        <translation>Mit dem Konto der Leitstelle, dem Ihre Geräte berichten.</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Adresse</translation>
    </message>
    <message>
        <source>panel@im.example.net</source>
        <translation>panel@im.example.net</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>Passwort</translation>
    </message>
    <message>
        <source>Hide password</source>
        <translation>Passwort verbergen</translation>
    </message>
    <message>
        <source>Show password</source>
        <translation>Passwort zeigen</translation>
    </message>
    <message>
        <source>Keep the password in this computer&apos;s keyring</source>
        <translation>Passwort im Schlüsselbund aufbewahren</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>Erweitert</translation>
    </message>
    <message>
        <source>expanded</source>
        <translation>aufgeklappt</translation>
    </message>
    <message>
        <source>collapsed</source>
        <translation>zugeklappt</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Server</translation>
    </message>
    <message>
        <source>as in the address</source>
        <translation>wie in der Adresse</translation>
    </message>
    <message>
        <source>Port</source>
        <translation>Port</translation>
    </message>
    <message>
        <source>Certification authority</source>
        <translation>Zertifizierungsstelle</translation>
    </message>
    <message>
        <source>The file cacert.pem, the same as on the devices.</source>
        <translation>Die Datei cacert.pem, dieselbe wie auf den Geräten.</translation>
    </message>
    <message>
        <source>Choose file</source>
        <translation>Datei auswählen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Signing in…</source>
        <translation>Anmeldung läuft …</translation>
    </message>
    <message>
        <source>Sign in</source>
        <translation>Anmelden</translation>
    </message>
    <message>
        <source>Choose the certification authority</source>
        <translation>Zertifizierungsstelle auswählen</translation>
    </message>
    <message>
        <source>Certificates (*.pem *.crt)</source>
        <translation>Zertifikate (*.pem *.crt)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
    <message>
        <source>auto</source>
        <translation>auto</translation>
    </message>
    <message>
        <source>The server has only STARTTLS</source>
        <translation>Der Server kann nur STARTTLS</translation>
    </message>
    <message>
        <source>Proxy</source>
        <translation>Proxy</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keiner</translation>
    </message>
</context>
<context>
    <name>StagingDetails</name>
    <message>
        <source>So many of a wave must run it</source>
        <translation>So viele einer Welle müssen damit laufen</translation>
    </message>
    <message>
        <source>Before the next wave begins.</source>
        <translation>Bevor die nächste Welle beginnt.</translation>
    </message>
    <message>
        <source>Stops when more vanish than</source>
        <translation>Hält an, wenn mehr verschwinden als</translation>
    </message>
    <message>
        <source>Devices that are offline since they were sent to.</source>
        <translation>Geräte, die offline sind, seit an sie gesendet wurde.</translation>
    </message>
    <message>
        <source>Begin with few at the same time, and more with success</source>
        <translation>Mit wenigen gleichzeitig beginnen, bei Erfolg mehr</translation>
    </message>
    <message>
        <source>At the same time, at first</source>
        <translation>Anfangs gleichzeitig</translation>
    </message>
    <message>
        <source>Successes until it doubles</source>
        <translation>Erfolge bis zur Verdopplung</translation>
    </message>
    <message>
        <source>Only over</source>
        <translation>Nur über</translation>
    </message>
    <message>
        <source>Devices on another network wait, and those that don&apos;t report theirs.</source>
        <translation>Geräte in einem anderen Netz warten, auch solche, die ihres nicht melden.</translation>
    </message>
    <message>
        <source>None chosen: over any network.</source>
        <translation>Keines ausgewählt: über jedes Netz.</translation>
    </message>
    <message>
        <source>Ethernet</source>
        <translation>Ethernet</translation>
    </message>
    <message>
        <source>Wi-Fi</source>
        <translation>WLAN</translation>
    </message>
    <message>
        <source>Cellular</source>
        <translation>Mobilfunk</translation>
    </message>
    <message>
        <source>Ends</source>
        <translation>Endet</translation>
    </message>
    <message>
        <source>A day, with or without a time. Devices that haven&apos;t got it by then don&apos;t get it any more.</source>
        <translation>Ein Tag, mit oder ohne Uhrzeit. Geräte, die es bis dahin nicht haben, bekommen es nicht mehr.</translation>
    </message>
    <message>
        <source>never</source>
        <translation>nie</translation>
    </message>
    <message>
        <source>in a week</source>
        <translation>in einer Woche</translation>
    </message>
</context>
<context>
    <name>StagingFields</name>
    <message>
        <source>How</source>
        <translation>Wie</translation>
    </message>
    <message>
        <source>Goes on at any open desk; stops by itself when too many fail.</source>
        <translation>Geht an jedem offenen Arbeitsplatz weiter; stoppt von selbst, wenn zu viele scheitern.</translation>
    </message>
    <message>
        <source>At once</source>
        <translation>Sofort</translation>
    </message>
    <message>
        <source>In waves</source>
        <translation>In Wellen</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>As the file</source>
        <translation>Wie die Datei</translation>
    </message>
    <message>
        <source>Only with tag</source>
        <translation>Nur mit Schlagwort</translation>
    </message>
    <message>
        <source>north</source>
        <translation>nord</translation>
    </message>
    <message>
        <source>Waves</source>
        <translation>Wellen</translation>
    </message>
    <message>
        <source>So many devices, or such a part of all, have it after each.</source>
        <translation>So viele Geräte, oder ein solcher Teil von allen, haben sie nach jeder.</translation>
    </message>
    <message>
        <source>At the same time</source>
        <translation>Gleichzeitig</translation>
    </message>
    <message>
        <source>Stops when more fail than</source>
        <translation>Stoppt, wenn mehr scheitern als</translation>
    </message>
    <message>
        <source>Also devices that meet this later</source>
        <translation>Auch Geräte, die später dazukommen</translation>
    </message>
    <message>
        <source>Maintenance window</source>
        <translation>Wartungsfenster</translation>
    </message>
    <message>
        <source>Time of the day where the device is; nothing for any time. It fetches the release before, and installs it only then.</source>
        <translation>Tageszeit am Ort des Geräts; leer: jederzeit. Es lädt die Version vorher und installiert sie erst dann.</translation>
    </message>
    <message>
        <source>Minutes it must run</source>
        <translation>Minuten, die sie laufen muss</translation>
    </message>
    <message>
        <source>Before the next wave begins.</source>
        <translation>Bevor die nächste Welle beginnt.</translation>
    </message>
    <message>
        <source>Limits, networks and end</source>
        <translation>Grenzen, Netze und Ende</translation>
    </message>
    <message>
        <source>expanded</source>
        <translation>aufgeklappt</translation>
    </message>
    <message>
        <source>collapsed</source>
        <translation>zugeklappt</translation>
    </message>
</context>
<context>
    <name>Step</name>
    <message>
        <source>downloading</source>
        <translation>lädt herunter</translation>
    </message>
    <message>
        <source>checking</source>
        <translation>prüft</translation>
    </message>
    <message>
        <source>unpacking</source>
        <translation>wird entpackt</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>wartet</translation>
    </message>
    <message>
        <source>exchanging</source>
        <translation>tauscht aus</translation>
    </message>
    <message>
        <source>confirming heartbeats</source>
        <translation>wartet auf Heartbeats</translation>
    </message>
</context>
<context>
    <name>TableHeader</name>
    <message>
        <source>%1, sorted, last first</source>
        <translation>%1, absteigend sortiert</translation>
    </message>
    <message>
        <source>%1, sorted</source>
        <translation>%1, sortiert</translation>
    </message>
</context>
<context>
    <name>TagDialog</name>
    <message numerus="yes">
        <source>Tags of %n device(s)</source>
        <translation>
            <numerusform>Schlagwörter von %n Gerät</numerusform>
            <numerusform>Schlagwörter von %n Geräten</numerusform>
        </translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
</context>
<context>
    <name>TagFields</name>
    <message>
        <source>Add</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>Separated by commas. They are groups of the contact, which every XMPP client shows.</source>
        <translation>Durch Kommas getrennt. Sie sind Gruppen des Kontakts, die jedes XMPP-Programm zeigt.</translation>
    </message>
    <message>
        <source>north, pilot</source>
        <translation>nord, pilot</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Choose the tags that all selected devices lose.</source>
        <translation>Wählen Sie die Schlagwörter, die alle ausgewählten Geräte verlieren.</translation>
    </message>
</context>
<context>
    <name>TextField</name>
    <message>
        <source>Clear</source>
        <translation>Leeren</translation>
    </message>
</context>
<context>
    <name>Toast</name>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>UpdateVersions</name>
    <message>
        <source>version %1</source>
        <translation>Version %1</translation>
    </message>
    <message>
        <source>CA file</source>
        <translation>CA-Datei</translation>
    </message>
    <message>
        <source>back to the previous release</source>
        <translation>zurück zum vorigen Release</translation>
    </message>
</context>
<context>
    <name>UpdatesScreen</name>
    <message>
        <source>Updates</source>
        <translation>Updates</translation>
    </message>
    <message>
        <source>No update has been sent yet.</source>
        <translation>Noch wurde kein Update gesendet.</translation>
    </message>
    <message numerus="yes">
        <source>%n update(s)</source>
        <translation>
            <numerusform>%n Update</numerusform>
            <numerusform>%n Updates</numerusform>
        </translation>
    </message>
    <message>
        <source>New update…</source>
        <translation>Neues Update …</translation>
    </message>
    <message>
        <source>Send the first update</source>
        <translation>Das erste Update senden</translation>
    </message>
    <message>
        <source>Choose a release zip. Its component, processes and versions are read from it. It is then sent to the devices you choose, and their progress is shown here.</source>
        <translation>Wählen Sie ein Release-Zip. Komponente, Prozesse und Versionen werden daraus gelesen; dann geht es an die gewählten Geräte, und hier sehen Sie, wie weit jedes ist.</translation>
    </message>
    <message>
        <source>Retry failed</source>
        <translation>Fehlgeschlagene wiederholen</translation>
    </message>
    <message>
        <source>Cancel update</source>
        <translation>Update abbrechen</translation>
    </message>
    <message>
        <source>Devices of the update</source>
        <translation>Geräte des Updates</translation>
    </message>
    <message>
        <source>What led to the failure</source>
        <translation>Was zum Fehlschlag führte</translation>
    </message>
</context>
<context>
    <name>UploadBar</name>
    <message>
        <source>Uploading %1</source>
        <translation>%1 wird hochgeladen</translation>
    </message>
    <message>
        <source>Upload</source>
        <translation>Hochladen</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
</context>
<context>
    <name>VersionRow</name>
    <message numerus="yes">
        <source>%1 version %2: %n device(s)</source>
        <translation>
            <numerusform>%1 Version %2: %n Gerät</numerusform>
            <numerusform>%1 Version %2: %n Geräte</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n device(s)</source>
        <translation>
            <numerusform>%n Gerät</numerusform>
            <numerusform>%n Geräte</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
</context>
<context>
    <name>VersionsScreen</name>
    <message>
        <source>Versions</source>
        <translation>Versionen</translation>
    </message>
    <message>
        <source>Choose a version to see the devices that run it.</source>
        <translation>Wählen Sie eine Version, um ihre Geräte zu sehen.</translation>
    </message>
    <message>
        <source>No versions yet</source>
        <translation>Noch keine Versionen</translation>
    </message>
    <message>
        <source>Devices report their versions when they come online. You can also query them on the Fleet screen.</source>
        <translation>Geräte melden ihre Versionen, wenn sie online kommen. In der Flotte können Sie sie auch abfragen.</translation>
    </message>
</context>
<context>
    <name>sgn::models::ActivityModel</name>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Number</source>
        <translation>Nummer</translation>
    </message>
    <message>
        <source>What happened</source>
        <translation>Was geschah</translation>
    </message>
</context>
<context>
    <name>sgn::models::ConnectionStatus</name>
    <message>
        <source>history read up to %1</source>
        <translation>Verlauf gelesen bis %1</translation>
    </message>
    <message>
        <source>reading the history</source>
        <translation>Verlauf wird gelesen</translation>
    </message>
</context>
<context>
    <name>sgn::models::DeadModel</name>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Process</source>
        <translation>Prozess</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Version</translation>
    </message>
    <message>
        <source>Restarts in 24 h</source>
        <translation>Neustarts in 24 h</translation>
    </message>
    <message>
        <source>Cause</source>
        <translation>Ursache</translation>
    </message>
    <message>
        <source>dead %1</source>
        <translation>tot %1</translation>
    </message>
    <message>
        <source>dead</source>
        <translation>tot</translation>
    </message>
    <message>
        <source>not reported by this device</source>
        <translation>von diesem Gerät nicht gemeldet</translation>
    </message>
    <message>
        <source>no sign of life</source>
        <translation>kein Lebenszeichen</translation>
    </message>
</context>
<context>
    <name>sgn::models::DeviceDetails</name>
    <message>
        <source>Offline, last seen %1 ago</source>
        <translation>Offline, zuletzt gesehen vor %1</translation>
    </message>
    <message>
        <source>Offline, never seen</source>
        <translation>Offline, nie gesehen</translation>
    </message>
    <message>
        <source>Online, but not answering</source>
        <translation>Online, antwortet aber nicht</translation>
    </message>
    <message>
        <source>Online for %1</source>
        <translation>Online seit %1</translation>
    </message>
    <message>
        <source>Online</source>
        <translation>Online</translation>
    </message>
    <message>
        <source>It claims the id of %1. One of the two cards is a copy.</source>
        <translation>Es gibt sich als %1 aus. Eine der beiden Karten ist eine Kopie.</translation>
    </message>
    <message>
        <source>It sent a message in the name of %1.</source>
        <translation>Es hat eine Nachricht im Namen von %1 gesendet.</translation>
    </message>
    <message>
        <source>Last report</source>
        <translation>Letzter Bericht</translation>
    </message>
    <message>
        <source>none yet</source>
        <translation>noch keiner</translation>
    </message>
    <message>
        <source>%1 ago</source>
        <translation>vor %1</translation>
    </message>
    <message>
        <source>now</source>
        <translation>jetzt</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>System</source>
        <translation>System</translation>
    </message>
    <message>
        <source>Agent</source>
        <translation>Agent</translation>
    </message>
    <message>
        <source>version %1</source>
        <translation>Version %1</translation>
    </message>
    <message>
        <source>Watchdog</source>
        <translation>Watchdog</translation>
    </message>
    <message>
        <source>Running for</source>
        <translation>Läuft seit</translation>
    </message>
    <message>
        <source>Disk free</source>
        <translation>Speicher frei</translation>
    </message>
    <message>
        <source>Card</source>
        <translation>Speicherkarte</translation>
    </message>
    <message>
        <source>read-only</source>
        <translation>schreibgeschützt</translation>
    </message>
    <message>
        <source>Memory free</source>
        <translation>RAM frei</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>Temperatur</translation>
    </message>
    <message>
        <source>%1 °C</source>
        <translation>%1 °C</translation>
    </message>
    <message>
        <source>Clock</source>
        <translation>Uhr</translation>
    </message>
    <message>
        <source>%1 ahead</source>
        <translation>%1 vor</translation>
    </message>
    <message>
        <source>%1 behind</source>
        <translation>%1 nach</translation>
    </message>
    <message>
        <source>Not shown</source>
        <translation>Nicht gezeigt</translation>
    </message>
    <message numerus="yes">
        <source>%n process(es) for which the report had no room</source>
        <translation>
            <numerusform>%n Prozess, für den der Bericht keinen Platz hatte</numerusform>
            <numerusform>%n Prozesse, für die der Bericht keinen Platz hatte</numerusform>
        </translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>Problem</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>Schlagwörter</translation>
    </message>
</context>
<context>
    <name>sgn::models::DeviceForm</name>
    <message>
        <source>The server keeps no notes: fields and notes stay on this machine.</source>
        <translation>Der Server speichert keine Notizen: Felder und Notizen bleiben auf diesem Rechner.</translation>
    </message>
    <message>
        <source>All desks of this account see it.</source>
        <translation>Alle Arbeitsplätze dieses Kontos sehen es.</translation>
    </message>
    <message>
        <source>That didn&apos;t work: %1.</source>
        <translation>Das ging nicht: %1.</translation>
    </message>
</context>
<context>
    <name>sgn::models::DeviceProcessModel</name>
    <message>
        <source>running</source>
        <translation>läuft</translation>
    </message>
    <message>
        <source>starting</source>
        <translation>startet</translation>
    </message>
    <message>
        <source>hung</source>
        <translation>hängt</translation>
    </message>
    <message>
        <source>waits to restart</source>
        <translation>wartet auf Neustart</translation>
    </message>
    <message>
        <source>crash loop</source>
        <translation>Absturzschleife</translation>
    </message>
    <message>
        <source>held for an update</source>
        <translation>angehalten für ein Update</translation>
    </message>
    <message>
        <source>no sign of life</source>
        <translation>kein Lebenszeichen</translation>
    </message>
    <message>
        <source>died %1: %2</source>
        <translation>beendet %1: %2</translation>
    </message>
    <message>
        <source>dead</source>
        <translation>tot</translation>
    </message>
    <message>
        <source>alive</source>
        <translation>lebt</translation>
    </message>
    <message>
        <source>for %1</source>
        <translation>seit %1</translation>
    </message>
    <message numerus="yes">
        <source>%n restart(s) in 24 h</source>
        <translation>
            <numerusform>%n Neustart in 24 h</numerusform>
            <numerusform>%n Neustarts in 24 h</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>sgn::models::FleetFilter</name>
    <message>
        <source>Online</source>
        <translation>Online</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>Offline</translation>
    </message>
    <message>
        <source>Dead processes</source>
        <translation>Tote Prozesse</translation>
    </message>
    <message>
        <source>Updating</source>
        <translation>Im Update</translation>
    </message>
    <message>
        <source>Need attention</source>
        <translation>Brauchen Hilfe</translation>
    </message>
    <message>
        <source>%1 version %2</source>
        <translation>%1 Version %2</translation>
    </message>
</context>
<context>
    <name>sgn::models::FleetModel</name>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Seen</source>
        <translation>Gesehen</translation>
    </message>
    <message>
        <source>Agent</source>
        <translation>Agent</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Grund</translation>
    </message>
    <message>
        <source>offline</source>
        <translation>offline</translation>
    </message>
    <message>
        <source>online, but not answering</source>
        <translation>online, antwortet aber nicht</translation>
    </message>
    <message>
        <source>online</source>
        <translation>online</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>dead</source>
        <extracomment>a process that is dead, and for how long, e.g. &quot;dead 3 min&quot;</extracomment>
        <translation>tot</translation>
    </message>
    <message>
        <source>dead %1</source>
        <translation>tot %1</translation>
    </message>
    <message>
        <source>version %1</source>
        <translation>Version %1</translation>
    </message>
    <message>
        <source>an update is on its way</source>
        <translation>ein Update ist unterwegs</translation>
    </message>
    <message>
        <source>the update brings version %1</source>
        <translation>das Update bringt Version %1</translation>
    </message>
    <message>
        <source>not reported by this device</source>
        <translation>dieses Gerät sagt es nicht</translation>
    </message>
    <message>
        <source>Get logs</source>
        <translation>Logs holen</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>Neu starten</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Wiederholen</translation>
    </message>
</context>
<context>
    <name>sgn::models::ImportForm</name>
    <message numerus="yes">
        <source>%n device(s) in the list:</source>
        <translation>
            <numerusform>%n Gerät in der Liste:</numerusform>
            <numerusform>%n Geräte in der Liste:</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n become(s) a device of the fleet</source>
        <translation>
            <numerusform>%n kommt neu in die Flotte</numerusform>
            <numerusform>%n kommen neu in die Flotte</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n get(s) another name or other tags</source>
        <translation>
            <numerusform>%n bekommt einen anderen Namen oder andere Schlagwörter</numerusform>
            <numerusform>%n bekommen einen anderen Namen oder andere Schlagwörter</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n get(s) other fields or notes</source>
        <translation>
            <numerusform>%n bekommt andere Felder oder Notizen</numerusform>
            <numerusform>%n bekommen andere Felder oder Notizen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stay(s) as they are</source>
        <translation>
            <numerusform>%n bleibt, wie es ist</numerusform>
            <numerusform>%n bleiben, wie sie sind</numerusform>
        </translation>
    </message>
    <message>
        <source>The list has no device that can be taken.</source>
        <translation>Die Liste hat kein Gerät, das sich übernehmen lässt.</translation>
    </message>
    <message>
        <source>It can be imported when the server is connected.</source>
        <translation>Importiert werden kann, wenn der Server verbunden ist.</translation>
    </message>
    <message>
        <source>Fields: %1.</source>
        <translation>Felder: %1.</translation>
    </message>
    <message>
        <source>Left out: %1.</source>
        <translation>Weggelassen: %1.</translation>
    </message>
    <message>
        <source>That didn&apos;t work: %1.</source>
        <translation>Das ging nicht: %1.</translation>
    </message>
    <message numerus="yes">
        <source>Imported %n device(s).</source>
        <translation>
            <numerusform>%n Gerät importiert.</numerusform>
            <numerusform>%n Geräte importiert.</numerusform>
        </translation>
    </message>
    <message>
        <source>Not all was imported: %1.</source>
        <translation>Nicht alles wurde importiert: %1.</translation>
    </message>
    <message>
        <source>That can&apos;t be imported: %1.</source>
        <translation>Das lässt sich nicht importieren: %1.</translation>
    </message>
</context>
<context>
    <name>sgn::models::KeyChoice</name>
    <message>
        <source>Waiting for the keyring…</source>
        <translation>Warten auf den Schlüsselbund…</translation>
    </message>
    <message>
        <source>in the keyring of this computer</source>
        <translation>im Schlüsselbund dieses Computers</translation>
    </message>
    <message>
        <source>named by the panel file</source>
        <translation>aus der Konfigurationsdatei</translation>
    </message>
    <message>
        <source>The keyring didn&apos;t give the key: %1. Unlock it and start the program again, or choose the file.</source>
        <translation>Der Schlüsselbund hat den Schlüssel nicht herausgegeben: %1. Entsperren Sie ihn und starten Sie das Programm neu, oder wählen Sie die Datei.</translation>
    </message>
    <message>
        <source>The keyring didn&apos;t take the key: %1. It stays in its file.</source>
        <translation>Der Schlüsselbund hat den Schlüssel nicht angenommen: %1. Er bleibt in seiner Datei.</translation>
    </message>
</context>
<context>
    <name>sgn::models::LogDocument</name>
    <message>
        <source>Asked. Waiting for the device to send its logs.</source>
        <translation>Angefragt. Das Gerät muss seine Logs noch schicken.</translation>
    </message>
    <message>
        <source>Loading the logs.</source>
        <translation>Die Logs werden geladen.</translation>
    </message>
    <message>
        <source>Unpacking the logs.</source>
        <translation>Die Logs werden entpackt.</translation>
    </message>
    <message>
        <source>The logs didn&apos;t come.</source>
        <translation>Die Logs sind nicht gekommen.</translation>
    </message>
    <message>
        <source>The device sent no files.</source>
        <translation>Das Gerät hat keine Dateien geschickt.</translation>
    </message>
    <message>
        <source>Saved as %1.</source>
        <translation>Gespeichert als %1.</translation>
    </message>
    <message>
        <source>Not saved: %1.</source>
        <translation>Nicht gespeichert: %1.</translation>
    </message>
</context>
<context>
    <name>sgn::models::LogListModel</name>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Asked</source>
        <translation>Angefragt</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>asked</source>
        <translation>angefragt</translation>
    </message>
    <message>
        <source>The device hasn&apos;t answered yet.</source>
        <translation>Das Gerät hat noch nicht geantwortet.</translation>
    </message>
    <message>
        <source>loading</source>
        <translation>lädt</translation>
    </message>
    <message>
        <source>unpacking</source>
        <translation>wird entpackt</translation>
    </message>
    <message>
        <source>elsewhere</source>
        <translation>anderswo</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>fehlgeschlagen</translation>
    </message>
</context>
<context>
    <name>sgn::models::NewUpdate</name>
    <message numerus="yes">
        <source>%1 · %n file(s) · %2</source>
        <translation>
            <numerusform>%1 · %n Datei · %2</numerusform>
            <numerusform>%1 · %n Dateien · %2</numerusform>
        </translation>
    </message>
    <message>
        <source>This can&apos;t be used as a release: %1.</source>
        <translation>Das ist nicht als Release zu gebrauchen: %1.</translation>
    </message>
    <message>
        <source>CA file · %1</source>
        <translation>CA-Datei · %1</translation>
    </message>
    <message>
        <source>Meter programs</source>
        <translation>Zählerprogramme</translation>
    </message>
    <message>
        <source>Agent</source>
        <translation>Agent</translation>
    </message>
    <message>
        <source>Watchdog</source>
        <translation>Watchdog</translation>
    </message>
    <message>
        <source>Python packages</source>
        <translation>Python-Pakete</translation>
    </message>
    <message>
        <source>This can&apos;t be used as a CA file: %1.</source>
        <translation>Das ist als CA-Datei nicht brauchbar: %1.</translation>
    </message>
    <message>
        <source>Fetching… %1 of %2</source>
        <translation>Wird abgerufen… %1 von %2</translation>
    </message>
    <message>
        <source>Fetching… %1</source>
        <translation>Wird abgerufen… %1</translation>
    </message>
    <message>
        <source>It goes unsigned. %1</source>
        <translation>Es wird nicht unterschrieben. %1</translation>
    </message>
    <message>
        <source>Is signed with %1.</source>
        <translation>Wird mit %1 unterschrieben.</translation>
    </message>
    <message>
        <source>The key that signs it is in the keyring, which hasn&apos;t answered yet.</source>
        <translation>Der Schlüssel, der es unterschreibt, ist im Schlüsselbund, der noch nicht geantwortet hat.</translation>
    </message>
</context>
<context>
    <name>sgn::models::NewcomersModel</name>
    <message>
        <source>Account</source>
        <translation>Konto</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Server</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>Kennung</translation>
    </message>
    <message>
        <source>First seen</source>
        <translation>Zuerst</translation>
    </message>
    <message>
        <source>Last seen</source>
        <translation>Zuletzt</translation>
    </message>
    <message>
        <source>First message</source>
        <translation>Erste Nachricht</translation>
    </message>
    <message>
        <source>Was removed from the fleet on %1</source>
        <translation>Wurde am %1 aus der Flotte entfernt</translation>
    </message>
    <message>
        <source>Requests to see the panel&apos;s presence</source>
        <translation>Bittet um die Anwesenheit der Zentrale</translation>
    </message>
    <message>
        <source>Is online</source>
        <translation>Ist online</translation>
    </message>
</context>
<context>
    <name>sgn::models::RolloutDetails</name>
    <message>
        <source>known to this desk alone</source>
        <translation>nur diesem Arbeitsplatz bekannt</translation>
    </message>
    <message>
        <source>driven by this desk</source>
        <translation>ausgeführt von diesem Arbeitsplatz</translation>
    </message>
    <message>
        <source>driven by %1</source>
        <translation>ausgeführt von %1</translation>
    </message>
    <message>
        <source>driven by no desk now</source>
        <translation>gerade von keinem Arbeitsplatz ausgeführt</translation>
    </message>
    <message>
        <source>by %1</source>
        <translation>von %1</translation>
    </message>
    <message>
        <source>That didn&apos;t work: %1.</source>
        <translation>Das ging nicht: %1.</translation>
    </message>
    <message numerus="yes">
        <source>%n device(s) were sent the release before and go on with it. Cancel stops those that haven&apos;t exchanged it yet.</source>
        <translation>
            <numerusform>%n Gerät hat die Version schon geschickt bekommen und macht damit weiter. Abbrechen hält es auf, wenn es sie noch nicht ausgetauscht hat.</numerusform>
            <numerusform>%n Geräte haben die Version schon geschickt bekommen und machen damit weiter. Abbrechen hält die auf, die sie noch nicht ausgetauscht haben.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>sgn::models::RolloutDevicesModel</name>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Wave</source>
        <translation>Welle</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Warum</translation>
    </message>
</context>
<context>
    <name>sgn::models::RolloutListModel</name>
    <message>
        <source>Rollout</source>
        <translation>Verteilung</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>Versionen</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>By</source>
        <translation>Von</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>Begonnen</translation>
    </message>
    <message>
        <source>wave %1: %2 of %3 done</source>
        <translation>Welle %1: %2 von %3 fertig</translation>
    </message>
    <message numerus="yes">
        <source>, %n failed</source>
        <translation>
            <numerusform>, %n fehlgeschlagen</numerusform>
            <numerusform>, %n fehlgeschlagen</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>sgn::models::SignIn</name>
    <message>
        <source>The keyring didn&apos;t give the password. Please type it.</source>
        <translation>Der Schlüsselbund gab das Passwort nicht heraus. Bitte geben Sie es ein.</translation>
    </message>
    <message>
        <source>Check the address and the password. Capital and small letters matter in the password.</source>
        <translation>Prüfen Sie Adresse und Passwort. Beim Passwort zählt Groß- und Kleinschreibung.</translation>
    </message>
    <message>
        <source>Check that this computer is online, and the server and port under Advanced.</source>
        <translation>Prüfen Sie, ob dieser Rechner online ist, und unter „Erweitert“ Server und Port.</translation>
    </message>
    <message>
        <source>Choose the file with your server&apos;s certification authority under Advanced.</source>
        <translation>Wählen Sie unter „Erweitert“ die Datei mit der Zertifizierungsstelle Ihres Servers.</translation>
    </message>
    <message>
        <source>Check that the certification authority under Advanced is the one of this server.</source>
        <translation>Prüfen Sie, ob die Zertifizierungsstelle unter „Erweitert“ die dieses Servers ist.</translation>
    </message>
</context>
<context>
    <name>sgn::models::SigningKeys</name>
    <message>
        <source>Commands wait, because the key that signs them isn&apos;t here. %1</source>
        <translation>Befehle warten, weil der Schlüssel fehlt, der sie signiert. %1</translation>
    </message>
</context>
<context>
    <name>sgn::models::StagingForm</name>
    <message>
        <source>Numbers of devices such as 3, or parts of all such as 5%; a comma between them, at most 20.</source>
        <translation>Anzahlen von Geräten wie 3 oder Anteile wie 5%; durch Kommas getrennt, höchstens 20.</translation>
    </message>
    <message>
        <source>A number of devices such as 3, or a part of all such as 5%.</source>
        <translation>Eine Anzahl von Geräten wie 3 oder ein Anteil wie 5%.</translation>
    </message>
    <message>
        <source>Two different times of the day such as 22:00-04:30; nothing for any time.</source>
        <translation>Zwei verschiedene Uhrzeiten wie 22:00-04:30; leer: jederzeit.</translation>
    </message>
    <message>
        <source>A number of devices such as 3, or a part of the wave such as 95%.</source>
        <translation>Eine Anzahl von Geräten wie 3 oder ein Teil der Welle wie 95%.</translation>
    </message>
    <message>
        <source>Both are at least 1.</source>
        <translation>Beide sind mindestens 1.</translation>
    </message>
    <message>
        <source>A day to come such as 2026-12-24, with or without a time such as 18:00.</source>
        <translation>Ein künftiger Tag wie 24.12.2026, mit oder ohne Uhrzeit wie 18:00.</translation>
    </message>
</context>
<context>
    <name>sgn::models::TagForm</name>
    <message>
        <source>That didn&apos;t work: %1.</source>
        <translation>Das ging nicht: %1.</translation>
    </message>
    <message numerus="yes">
        <source>Tags of %n device(s) changed.</source>
        <translation>
            <numerusform>Schlagwörter von %n Gerät geändert.</numerusform>
            <numerusform>Schlagwörter von %n Geräten geändert.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>sgn::models::UpdateDetails</name>
    <message numerus="yes">
        <source>%n done</source>
        <translation>
            <numerusform>%n fertig</numerusform>
            <numerusform>%n fertig</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n running</source>
        <translation>
            <numerusform>%n läuft</numerusform>
            <numerusform>%n laufen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n waiting</source>
        <translation>
            <numerusform>%n wartet</numerusform>
            <numerusform>%n warten</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n failed</source>
        <translation>
            <numerusform>%n fehlgeschlagen</numerusform>
            <numerusform>%n fehlgeschlagen</numerusform>
        </translation>
    </message>
    <message>
        <source>The update stops where it hasn&apos;t replaced anything yet.</source>
        <translation>Das Update endet dort, wo es noch nichts ersetzt hat.</translation>
    </message>
    <message>
        <source>It can&apos;t be stopped: %1.</source>
        <translation>Es kann nicht angehalten werden: %1.</translation>
    </message>
    <message>
        <source>It can&apos;t be tried again: %1.</source>
        <translation>Es kann nicht wiederholt werden: %1.</translation>
    </message>
    <message>
        <source>Tried again as a new update.</source>
        <translation>Wiederholt als neues Update.</translation>
    </message>
</context>
<context>
    <name>sgn::models::UpdateListModel</name>
    <message>
        <source>Number</source>
        <translation>Nummer</translation>
    </message>
    <message>
        <source>Update</source>
        <translation>Update</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>Versionen</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>Gestartet</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>%1 of %2 done</source>
        <translation>%1 von %2 fertig</translation>
    </message>
    <message numerus="yes">
        <source>, %n failed</source>
        <translation>
            <numerusform>, %n fehlgeschlagen</numerusform>
            <numerusform>, %n fehlgeschlagen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>done on %n device(s)</source>
        <translation>
            <numerusform>auf %n Gerät fertig</numerusform>
            <numerusform>auf %n Geräten fertig</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 of %2 failed</source>
        <translation>%1 von %2 fehlgeschlagen</translation>
    </message>
</context>
<context>
    <name>sgn::models::UpdateTargetsModel</name>
    <message>
        <source>waits to be sent</source>
        <translation>wartet auf das Senden</translation>
    </message>
    <message>
        <source>waits for the device</source>
        <translation>wartet auf das Gerät</translation>
    </message>
    <message>
        <source>delivered</source>
        <translation>zugestellt</translation>
    </message>
    <message>
        <source>done</source>
        <translation>fertig</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>fehlgeschlagen</translation>
    </message>
    <message>
        <source>no answer in time</source>
        <translation>keine Antwort in der Zeit</translation>
    </message>
    <message>
        <source>running</source>
        <translation>läuft</translation>
    </message>
    <message>
        <source>%1, %2 %</source>
        <translation>%1, %2 %</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Last reply</source>
        <translation>Letzte Antwort</translation>
    </message>
    <message>
        <source>Remarks</source>
        <translation>Bemerkungen</translation>
    </message>
</context>
<context>
    <name>sgn::models::Workspace</name>
    <message>
        <source>The update is on its way.</source>
        <translation>Das Update ist unterwegs.</translation>
    </message>
    <message>
        <source>The update wasn&apos;t sent: %1.</source>
        <translation>Das Update wurde nicht gesendet: %1.</translation>
    </message>
    <message>
        <source>no report yet</source>
        <translation>noch kein Bericht</translation>
    </message>
    <message>
        <source>last report %1 ago</source>
        <translation>letzter Bericht vor %1</translation>
    </message>
    <message>
        <source>last report now</source>
        <translation>letzter Bericht jetzt</translation>
    </message>
    <message>
        <source>That didn&apos;t work: %1.</source>
        <translation>Das ging nicht: %1.</translation>
    </message>
    <message numerus="yes">
        <source>Asked %n device(s) for versions.</source>
        <translation>
            <numerusform>%n Gerät nach Versionen gefragt.</numerusform>
            <numerusform>%n Geräte nach Versionen gefragt.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n is offline and will be asked when it comes back.</source>
        <translation>
            <numerusform>%n ist offline und wird gefragt, wenn es wiederkommt.</numerusform>
            <numerusform>%n sind offline und werden gefragt, wenn sie wiederkommen.</numerusform>
        </translation>
    </message>
    <message>
        <source>Asked %1 for its versions.</source>
        <translation>%1 nach seinen Versionen gefragt.</translation>
    </message>
    <message>
        <source>%1 is offline and will be asked when it comes back.</source>
        <translation>%1 ist offline und wird gefragt, wenn es wiederkommt.</translation>
    </message>
    <message numerus="yes">
        <source>Asked %n device(s) for logs.</source>
        <translation>
            <numerusform>%n Gerät nach Logs gefragt.</numerusform>
            <numerusform>%n Geräte nach Logs gefragt.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Asked to restart %n process(es).</source>
        <translation>
            <numerusform>Um den Neustart von %n Prozess gebeten.</numerusform>
            <numerusform>Um den Neustart von %n Prozessen gebeten.</numerusform>
        </translation>
    </message>
    <message>
        <source>Asked %1 to restart %2.</source>
        <translation>%1 gebeten, %2 neu zu starten.</translation>
    </message>
    <message>
        <source>Tried again on %1.</source>
        <translation>Auf %1 wiederholt.</translation>
    </message>
    <message numerus="yes">
        <source>Asked %n device(s) to reboot.</source>
        <translation>
            <numerusform>%n Gerät um einen Neustart gebeten.</numerusform>
            <numerusform>%n Geräte um einen Neustart gebeten.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Removed %n device(s) from the fleet.</source>
        <translation>
            <numerusform>%n Gerät aus der Flotte entfernt.</numerusform>
            <numerusform>%n Geräte aus der Flotte entfernt.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Accepted %n new device(s).</source>
        <translation>
            <numerusform>%n neues Gerät aufgenommen.</numerusform>
            <numerusform>%n neue Geräte aufgenommen.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Refused %n account(s). They are listed again if they show up again.</source>
        <translation>
            <numerusform>%n Konto abgelehnt. Es erscheint wieder, wenn es sich wieder meldet.</numerusform>
            <numerusform>%n Konten abgelehnt. Sie erscheinen wieder, wenn sie sich wieder melden.</numerusform>
        </translation>
    </message>
    <message>
        <source>The rollout has begun.</source>
        <translation>Die Verteilung hat begonnen.</translation>
    </message>
    <message>
        <source>Saved as %1.</source>
        <translation>Gespeichert als %1.</translation>
    </message>
    <message>
        <source>Not saved: %1.</source>
        <translation>Nicht gespeichert: %1.</translation>
    </message>
</context>
</TS>
